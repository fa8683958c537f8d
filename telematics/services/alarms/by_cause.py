"""Open and close alarms: one is open once for a cause, until it is gone."""

from datetime import datetime

from django.db.models import QuerySet

from telematics.models import Alarm


def open_alarm(
    kind: Alarm.Kind,
    *,
    detail: str,
    now: datetime,
    level: int = 1,
    truck_id: int | None = None,
    station_id: int | None = None,
    slot_id: int | None = None,
) -> bool:
    """Open an alarm, or bring the open one up to date; say whether it is new.

    `telematics_alarm_is_open_once` decides between two who open it at once.
    """
    still_open = _open_alarms(kind, truck_id=truck_id, station_id=station_id, slot_id=slot_id)
    detail = detail[:300]
    if still_open.update(detail=detail, level=level):
        return False
    alarm = Alarm(
        kind=kind,
        level=level,
        detail=detail,
        opened_at=now,
        truck_id=truck_id,
        station_id=station_id,
        slot_id=slot_id,
    )
    Alarm.objects.bulk_create([alarm], ignore_conflicts=True)
    return True


def close_alarm(
    kind: Alarm.Kind,
    *,
    now: datetime,
    truck_id: int | None = None,
    station_id: int | None = None,
    slot_id: int | None = None,
) -> bool:
    """Close an alarm whose cause is gone; say whether it was open."""
    still_open = _open_alarms(kind, truck_id=truck_id, station_id=station_id, slot_id=slot_id)
    return still_open.update(closed_at=now) > 0


def _open_alarms(
    kind: Alarm.Kind, *, truck_id: int | None, station_id: int | None, slot_id: int | None
) -> QuerySet[Alarm]:
    return Alarm.objects.filter(
        kind=kind, truck=truck_id, station=station_id, slot=slot_id, closed_at=None
    )
