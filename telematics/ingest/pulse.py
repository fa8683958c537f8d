"""The beat of a web process: its event loop says that it turns, a thread writes that down."""

import asyncio
import logging
import os
import threading
import time

from telematics.ingest import vitals
from telematics.ingest.committer import committer
from telematics.ingest.keyring import keyring
from telematics.ingest.meters import meters

log = logging.getLogger(__name__)

BEAT_EVERY_S = 0.5
WRITE_EVERY_S = 1.0
NEVER_S = 1e9


class Pulse:
    """Begun by the first request of a process, from its event loop."""

    def __init__(self) -> None:
        self._pid = 0
        self._looped_s = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> None:
        """Begin to beat and to write, if this process has not."""
        if self._pid:
            return
        self._pid = os.getpid()
        self._loop = asyncio.get_running_loop()
        self._beat()
        keyring()
        threading.Thread(target=self._run, name="pulse", daemon=True).start()

    def forget(self) -> None:
        """Be a fork, which has not begun; to ask for its pid at each request would cost 1 %."""
        self._pid = 0

    def _beat(self) -> None:
        self._looped_s = time.monotonic()
        assert self._loop is not None  # noqa: S101  begun
        self._loop.call_later(BEAT_EVERY_S, self._beat)

    def _run(self) -> None:
        entered, wait = False, threading.Event()
        while not wait.wait(0 if not entered else WRITE_EVERY_S):
            try:
                if not entered:
                    vitals.enter()
                vitals.write(self._vital())
            except (OSError, ValueError):
                log.exception("vital signs cannot be written")
                wait.wait(WRITE_EVERY_S)
            entered = True

    def _vital(self) -> vitals.Vital:
        return vitals.Vital(
            pid=self._pid,
            begun=vitals.begun(self._pid),
            written_s=time.monotonic(),
            looped_s=self._looped_s,
            committing_since_s=committing_since_s(),
            queue_rows=meters().queue_rows,
            keyring_age_s=min(keyring().age_s, NEVER_S),
            counts=meters().counts,
        )


def committing_since_s() -> float | None:
    """Return since when this process's committer has been busy with one batch, if it is."""
    return committer().committing_since_s if committer.cache_info().currsize else None


pulse = Pulse()
os.register_at_fork(after_in_child=pulse.forget)
