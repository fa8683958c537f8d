"""Who waits to be committed and whose turn it is: alarms, then live reports, then backfill.

Not safe for threads by itself: whoever owns it holds a lock around each call.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, replace
from typing import Protocol

BACKFILL_OF_LIVE = 4  # of a batch with many live reports, backfill may be a part as large


class Work(Protocol):
    """Something that waits: reports of one device, counted in rows and in bytes of its body."""

    @property
    def device_id(self) -> int:
        """Whose it is: nobody gets two turns while others wait for their first."""
        ...

    @property
    def rows(self) -> int:
        """How many reports it has."""
        ...

    @property
    def size_bytes(self) -> int:
        """How large its body is."""
        ...

    @property
    def is_backfill(self) -> bool:
        """Whether it is history, which nobody waits for."""
        ...

    @property
    def carries_alarm(self) -> bool:
        """Whether one of its reports rings."""
        ...


class FullError(Exception):
    """No more may wait: whoever sent this keeps it and sends it again later."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may wait at most in one queue, whichever is reached first."""

    requests: int
    rows: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one queue gets of a batch; the last request taken may pass the rows."""

    rows: int
    requests_a_device: int


class _Queue[W: Work]:
    """Requests of devices in turn: a device that was served goes to the end."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.requests = self.rows = self.size_bytes = 0
        self._of_devices: OrderedDict[int, deque[W]] = OrderedDict()

    def add(self, work: W) -> None:
        bounds = self.bounds
        if self.requests and (
            self.requests >= bounds.requests
            or self.rows + work.rows > bounds.rows
            or self.size_bytes + work.size_bytes > bounds.size_bytes
        ):
            raise FullError
        own = self._of_devices.get(work.device_id)
        if own is None:
            self._of_devices[work.device_id] = deque((work,))
        else:
            own.append(work)
        self._count(work, 1)

    def take(self, share: Share) -> list[W]:
        taken: list[W] = []
        rows, again = 0, []
        while self._of_devices and rows < share.rows:
            device_id, own = self._of_devices.popitem(last=False)
            for _ in range(min(share.requests_a_device, len(own))):
                work = own.popleft()
                rows += work.rows
                self._count(work, -1)
                taken.append(work)
                if rows >= share.rows:
                    break
            if own:
                again.append((device_id, own))
        self._of_devices.update(again)
        return taken

    def _count(self, work: W, sign: int) -> None:
        self.requests += sign
        self.rows += sign * work.rows
        self.size_bytes += sign * work.size_bytes


class Turns[W: Work]:
    """Three bounded queues and the order in which batches are made of them.

    Alarms have a queue of their own, as long as the live one: they are taken first, and are
    refused only when alarms alone fill it. Backfill gets its share of every batch, so it goes on
    however much is live, and live reports wait for no more of it than that.
    """

    def __init__(self, *, live: Bounds, backfill: Bounds, live_share: Share, backfill_share: Share):
        self._alarms = _Queue[W](live)
        self._live = _Queue[W](live)
        self._backfill = _Queue[W](backfill)
        self._live_share = live_share
        self._backfill_share = backfill_share

    @property
    def rows(self) -> int:
        """How many rows wait."""
        return self._alarms.rows + self._live.rows + self._backfill.rows

    @property
    def is_full(self) -> bool:
        """Whether no live request would be taken, so that none needs to be read."""
        live = self._live
        return live.requests >= live.bounds.requests or live.rows >= live.bounds.rows

    def add(self, work: W) -> None:
        """Let a request wait for its turn.

        Raises
        ------
        FullError
            It was not taken. A request that finds its queue empty always is, whatever its size.
        """
        queue = self._alarms if work.carries_alarm else self._live
        (self._backfill if work.is_backfill else queue).add(work)

    def take(self) -> list[W]:
        """Return the next batch, empty only if nothing waits."""
        batch = self._alarms.take(self._live_share)
        batch += self._live.take(self._live_share)
        live_rows = sum(work.rows for work in batch)
        rows = max(self._backfill_share.rows, live_rows // BACKFILL_OF_LIVE)
        return batch + self._backfill.take(replace(self._backfill_share, rows=rows))
