"""What people do about alarms: someone looks after one, or closes it for a reason."""

from datetime import datetime

import pghistory

from fleet.models import User
from telematics.models import Alarm


class AlarmOverError(Exception):
    """The alarm is closed, or somebody looks after it already."""

    def __init__(self, *, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def acknowledge_alarm(alarm_id: int, *, by: User, reason: str, now: datetime) -> None:
    """Note that someone looks after an open alarm, and what was said about it.

    Raises
    ------
    AlarmOverError
        `already_closed`, or `already_acknowledged` by somebody else: the first one looks after it.
    """
    waiting = Alarm.objects.filter(pk=alarm_id, closed_at=None, acknowledged_at=None)
    with pghistory.context(reason=reason):
        if waiting.update(acknowledged_at=now, acknowledged_by=by, note=reason):
            return
    alarm = Alarm.objects.get(pk=alarm_id)
    if alarm.closed_at is not None:
        raise _closed()
    detail = f"Looked after already, by {alarm.acknowledged_by}."
    raise AlarmOverError(code="already_acknowledged", detail=detail)


def close_by_hand(alarm_id: int, *, by: User, reason: str, now: datetime) -> None:
    """Close an open alarm though its cause may still be there; say why.

    An alarm of a rule stays closed for that breach unless it gets graver. One that another part of
    the service opened is opened again when that part next sees the cause.

    Raises
    ------
    AlarmOverError
        `already_closed`.
    """
    with pghistory.context(reason=reason):
        count = Alarm.objects.filter(pk=alarm_id, closed_at=None).update(
            closed_at=now, closed_by=by, note=reason
        )
    if not count:
        raise _closed()


def _closed() -> AlarmOverError:
    return AlarmOverError(code="already_closed", detail="It is closed already.")
