"""Look for two units that speak with one key, and keep such devices apart."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from telematics.models import Alarm, Device, DeviceQuarantine
from telematics.services.alarms import open_alarm
from telematics.services.clones.signs import Heard, Sign, signs

WATCH_TASK = "telematics.watch_clones"
LOOK_BACK = timedelta(minutes=5)
SUSPECT_WITHIN = timedelta(seconds=60)
SUSPECTS_AT_MOST = 500
EXAMPLES = 20

# Cheap first: of the last minute, whose boots are several, whose positions jump, or whose numbers
# lie further apart than there are reports. Only their last five minutes are looked at closely.
SUSPECTS = """
    SELECT truck_id FROM telematics_truckreport
     WHERE recorded_at BETWEEN %s AND %s
     GROUP BY truck_id
    HAVING count(*) > 2 AND (min(boot_no) <> max(boot_no) OR bool_or(marks & 4 <> 0)
                             OR max(seq) - min(seq) > 4 * count(*) + 20)
     LIMIT %s
"""
HEARD = """
    SELECT r.truck_id, r.recorded_at, r.received_at, b.boot_id, r.seq, r.latitude_e7 / 1e7::float8,
           r.longitude_e7 / 1e7::float8, r.odometer_10m / 100::float8
      FROM telematics_truckreport r JOIN telematics_boot b ON b.id = r.boot_no
     WHERE r.truck_id = ANY(%s) AND r.recorded_at BETWEEN %s AND %s
"""


def watch_clones(*, now: datetime) -> list[DeviceQuarantine]:
    """Quarantine each onboard unit whose key two units use, and ring; return the new ones."""
    until = now + timedelta(minutes=1)
    found = []
    for truck_id, heard in _heard(now - LOOK_BACK, until, _suspects(now - SUSPECT_WITHIN, until)):
        if given_away := signs(heard):
            found += _quarantine(truck_id, given_away, heard, now=now)
    return found


def _suspects(since: datetime, until: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(SUSPECTS, [since, until, SUSPECTS_AT_MOST])
        return [truck_id for (truck_id,) in cursor.fetchall()]


def _heard(
    since: datetime, until: datetime, trucks: Sequence[int]
) -> Iterable[tuple[int, list[Heard]]]:
    if not trucks:
        return []
    heard: dict[int, list[Heard]] = {}
    with connection.cursor() as cursor:
        cursor.execute(HEARD, [[*trucks], since, until])
        for truck_id, *values in cursor.fetchall():
            heard.setdefault(truck_id, []).append(Heard(*values))
    return heard.items()


def _quarantine(
    truck_id: int, given_away: Sequence[Sign], heard: Sequence[Heard], *, now: datetime
) -> list[DeviceQuarantine]:
    """Keep the truck's unit apart; `telematics_device_is_quarantined_once` decides who is first."""
    device = Device.objects.filter(truck=truck_id, kind=Device.Kind.OBU, is_active=True).first()
    lifted = DeviceQuarantine.objects.filter(device=device, lifted_at__gt=now - LOOK_BACK)
    if device is None or lifted.exists():  # what a person has just judged is not brought again
        return []
    evidence = {"signs": [_plain(sign) for sign in given_away], "reports": _examples(heard)}
    new = DeviceQuarantine(device=device, begun_at=now, evidence=evidence)
    DeviceQuarantine.objects.bulk_create([new], ignore_conflicts=True)
    kinds = ", ".join(sorted({sign.kind for sign in given_away}))
    is_new = open_alarm(
        Alarm.Kind.CLONED_DEVICE,
        detail=f"{device.serial}: two units use one key ({kinds})",
        level=2,
        truck_id=truck_id,
        now=now,
    )
    # What was there already has no key of its own here.
    return [*DeviceQuarantine.objects.filter(device=device, lifted_at=None)] if is_new else []


def _examples(heard: Sequence[Heard]) -> list[dict[str, Any]]:
    newest = sorted(heard, key=lambda each: each.recorded_at)[-EXAMPLES:]
    return [_plain(each) for each in newest]


def _plain(what: Heard | Sign) -> dict[str, Any]:
    values = asdict(what)
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}
