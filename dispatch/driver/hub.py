"""One listener a process: tells the open streams of a driver that there may be news.

Redis says it at once; while Redis is away, the database is asked every `LOOK_S`. Both only wake a
stream, which reads what is promised from the database itself, so a lost message costs seconds.
"""

import asyncio
import contextlib
from collections import defaultdict
from dataclasses import dataclass, field

import redis.asyncio
import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from redis.exceptions import RedisError

from dispatch.driver.marks import Mark, marks_of
from dispatch.driver.motion import Motion, motions_of
from dispatch.driver.reader import Reader

LOOK_S = 3.0
RETRY_S = 1.0
STREAMS_A_DRIVER = 3
CHANNELS = "driver.*"
log = structlog.get_logger()


@dataclass(eq=False, slots=True)
class Listener:
    """An open stream: `news` is set when it should look; `is_replaced` when newer ones took over.

    `mark` and `told` are what it sent last (None before it sent any), `motion` is the newest;
    `has_promise_news` asks it to read the promise anew; `is_welcome` turns False when its driver
    was signed out.
    """

    driver_id: int
    mark: Mark | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    is_replaced: bool = False
    is_welcome: bool = True
    has_promise_news: bool = False
    motion: Motion | None = None
    told: Motion | None = None

    def has_motion_news(self) -> bool:
        """Whether the truck's speed is worth an event."""
        return self.motion is not None and self.motion.is_news_after(self.told)


class Hub:
    """The streams of one event loop, by driver."""

    def __init__(self) -> None:
        self.streams: defaultdict[int, list[Listener]] = defaultdict(list)
        self.reader = Reader()
        self._tasks: list[asyncio.Task[None]] = []

    def join(self, listener: Listener) -> None:
        """Add a stream; the oldest of a driver with too many gives way."""
        streams = self.streams[listener.driver_id]
        streams.append(listener)
        for oldest in streams[:-STREAMS_A_DRIVER]:
            oldest.is_replaced = True
            oldest.news.set()
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._hear()), asyncio.create_task(self._look())]

    def leave(self, listener: Listener) -> None:
        """Remove a stream; the last one turns the light off."""
        streams = self.streams[listener.driver_id]
        with contextlib.suppress(ValueError):
            streams.remove(listener)
        if not streams:
            del self.streams[listener.driver_id]
        if not self.streams:
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    def wake(self, driver_id: int) -> None:
        """Let the driver's streams look."""
        for listener in self.streams.get(driver_id, ()):
            listener.has_promise_news = True
            listener.news.set()

    async def _hear(self) -> None:
        """Listen to Redis for as long as there are streams, whether Redis is there or not."""
        while True:
            client = redis.asyncio.Redis.from_url(
                settings.REDIS_URL, socket_timeout=None, socket_connect_timeout=5
            )
            try:
                async with client.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.psubscribe(CHANNELS)
                    async for message in channel.listen():
                        _, _, driver_id = message["channel"].decode().partition(".")
                        if driver_id.isdecimal():
                            self.wake(int(driver_id))
            except (RedisError, OSError) as error:
                log.warning("driver_streams_without_redis", error=str(error))
            finally:
                await client.aclose()
            await asyncio.sleep(RETRY_S)

    async def _look(self) -> None:
        """Ask the database every `LOOK_S` for all streams at once what is new."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except Exception as error:
                log.warning("driver_streams_without_database", error=str(error))

    async def look(self) -> None:
        """Ask once; a stream that has not shown anything when this begins waits for the next."""
        asked = [each for streams in self.streams.values() for each in streams if each.mark]
        marks, motions = await read_news([each.driver_id for each in asked])
        for listener in asked:
            mark, shown = marks.get(listener.driver_id), listener.mark
            if mark is None or (shown and mark.key != shown.key):
                listener.is_welcome = False
            listener.motion = motions.get(listener.driver_id)
            listener.has_promise_news |= mark != listener.mark
            if listener.has_promise_news or listener.has_motion_news():
                listener.news.set()


@sync_to_async(thread_sensitive=False)
def read_news(driver_ids: list[int]) -> tuple[dict[int, Mark], dict[int, Motion]]:
    """Read marks and motions in a thread, and hand the connection back at once."""
    try:
        return marks_of(driver_ids), motions_of(driver_ids)
    finally:
        connection.close()


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """Return the hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        for closed in [known for known in _hubs if known.is_closed()]:
            del _hubs[closed]
        _hubs[loop] = Hub()
    return _hubs[loop]
