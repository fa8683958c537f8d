"""Who is let in when more comes than can be taken: known before a body is read. Alarms are."""

import asyncio
from collections.abc import Sequence

from telematics.ingest.answer import ReportsAnswer
from telematics.ingest.committer import TOO_MANY, Committer
from telematics.ingest.decode import Report
from telematics.ingest.items import Refusal
from telematics.ingest.limits import Limits
from telematics.ingest.parts import cut, is_backfill, put_together
from telematics.ingest.refusals import BusyError, ThrottledError
from telematics.ingest.submission import Submission

# A body so small is read before its caller is refused: there may be an alarm in it.
SMALL_BYTES = 4096
HOLD_S = 1.0
_HELD_MOST = 4000


class Gate:
    """The limits of devices and the queue's end, asked in turn. `limits` None: there are none."""

    def __init__(self, committer: Committer, limits: Limits | None) -> None:
        self._committer, self._limits = committer, limits
        self._held = 0

    def refusal(self, device_id: int) -> ThrottledError | BusyError | None:
        """Count a request; return why it should be refused unless it carries an alarm."""
        if self._limits and (wait_s := self._limits.refusal_s(device_id)):
            return ThrottledError(wait_s)
        return BusyError(TOO_MANY) if self._committer.is_full else None

    async def reconsider(
        self, device_id: int, refusal: Exception, decoded: Sequence[Report | Refusal] = ()
    ) -> bool:
        """Let a request in after all, and say whether for an alarm in it; or refuse it.

        Who is refused is held for a second first, so that a unit that asks again at once asks once
        a second; who finds room after that is let in.

        Raises
        ------
        ThrottledError, BusyError
            The refusal given, or that the device has had its fill of alarms too.
        """
        if any(self._rings(each) for each in decoded):
            wait_s = self._limits and self._limits.refusal_s(device_id, carries_alarm=True)
            if not wait_s:
                return True
            refusal = ThrottledError(wait_s)
        await self._hold()
        if isinstance(refusal, ThrottledError) or self._committer.is_full:
            raise refusal
        return False

    def _rings(self, each: Report | Refusal) -> bool:
        if not isinstance(each, Report):
            return False
        return each.alarm_level > 0 or self._committer.rules.masks(each)[0] != 0

    async def keep(
        self, device_id: int, submission: Submission, *, size_bytes: int, carries_alarm: bool
    ) -> ReportsAnswer:
        """Charge the device and keep its reports; what is long is kept in parts.

        Raises
        ------
        ThrottledError, BusyError
            Some of it may be kept nevertheless; sent again, it is known.
        """
        if self._limits:
            reports = len(submission.decoded)
            self._limits.charge(device_id, reports=reports, carries_alarm=carries_alarm)
        if is_backfill(submission.decoded, now=submission.received_at):
            return await self._keep_parts(submission, size_bytes=size_bytes)
        try:
            answer = self._committer.submit(
                submission, size_bytes=size_bytes, carries_alarm=carries_alarm
            )
        except BusyError as refusal:  # others came while its body did
            rings = await self.reconsider(device_id, refusal, submission.decoded)
            answer = self._committer.submit(submission, size_bytes=size_bytes, carries_alarm=rings)
        return await answer

    async def _keep_parts(self, submission: Submission, *, size_bytes: int) -> ReportsAnswer:
        parts = cut(submission.decoded)
        answers: list[asyncio.Future[ReportsAnswer]] = []
        try:
            for part in parts:
                one = Submission(
                    submission.truck_id,
                    submission.datum,
                    [submission.decoded[i] for i in part],
                    submission.received_at,
                    submission.is_apart,
                )
                size = size_bytes * len(part) // len(submission.decoded)
                answers.append(self._committer.submit(one, size_bytes=size, is_backfill=True))
            return put_together(parts, await asyncio.gather(*answers))
        finally:
            for answer in answers:  # after a refusal nobody needs the rest
                answer.cancel()

    async def _hold(self) -> None:
        """Wait for a second; only so many do, the others are refused at once."""
        if self._held < _HELD_MOST:
            self._held += 1
            try:
                await asyncio.sleep(HOLD_S)
            finally:
                self._held -= 1
