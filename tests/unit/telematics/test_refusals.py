"""What is refused is told, and gone."""

import asyncio
import gc

from telematics.ingest.refusals import BusyError, refusal_of


def test_a_refused_request_leaves_nothing_to_the_collector() -> None:
    async def wait() -> None:
        answer = asyncio.get_running_loop().create_future()
        answer.set_exception(BusyError("Send them again."))
        await answer

    async def refused() -> int:
        try:
            await wait()
        except BusyError as error:
            return refusal_of(error)[0]
        return 200

    async def left() -> int:
        for _ in range(3):
            assert await refused() == 503
        gc.collect()
        gc.disable()
        try:
            for _ in range(100):
                await refused()
            return gc.collect()
        finally:
            gc.enable()

    assert asyncio.run(left()) < 100
