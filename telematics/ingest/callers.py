"""Who sends reports: from memory if memory can say, else PostgreSQL is asked, outside the loop."""

import asyncio
from concurrent.futures import Future

from telematics.ingest.keyring import Caller, KeyringAwayError, NotInMemoryError, keyring
from telematics.ingest.refusals import BusyError
from telematics.ingest.signed import ask_signed
from telematics.services.signatures import Asked, Signed

SAID_WITHIN_S = 1.5


async def caller_of(authorization: bytes) -> Caller:
    """Return whose key a header shows.

    Raises
    ------
    KeyRefusedError, BusyError
    """
    try:
        return keyring().caller(authorization)
    except NotInMemoryError:
        return await _said(keyring().ask(authorization))


async def signer_of(signed: Signed, asked: Asked) -> Caller:
    """Return who signed a request; its number is used up.

    Raises
    ------
    KeyRefusedError, BusyError
    """
    return await _said(ask_signed(signed, asked))


async def _said(answer: Future[Caller]) -> Caller:
    try:
        return await asyncio.wait_for(asyncio.wrap_future(answer), SAID_WITHIN_S)
    except (TimeoutError, KeyringAwayError) as error:
        raise BusyError("Nobody can say whose key this is just now. Send again.") from error
