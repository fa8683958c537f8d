"""Packs on trucks whose battery is dangerously hot are set apart before they reach a station."""

from datetime import datetime

from fleet.models import Pack
from fleet.services.packs import Custody
from fleet.services.quarantine import last_begun, quarantine_pack
from telematics.models import Alarm
from telematics.services.slot_alarms import SAFETY_LEVEL


def stop_hot_packs(*, now: datetime) -> int:
    """Quarantine the packs of trucks with a grave heat alarm; return how many were free.

    A report does not say which pack is hot, so all of the truck are. Packs that came onto it after
    the alarm are left alone, and so are those that people released since.
    """
    alarms = Alarm.objects.filter(
        kind=Alarm.Kind.BATTERY_HEAT, level__gte=SAFETY_LEVEL, closed_at=None, truck__isnull=False
    )
    since = {alarm.truck_id: alarm for alarm in alarms}
    packs = Pack.objects.filter(truck__in=since, is_quarantined=False).order_by("pk")
    stopped = 0
    for pack in packs:
        alarm = since[pack.truck_id]
        rang_at = alarm.rung_at or alarm.opened_at
        begun_at = last_begun(pack.pk)
        if pack.moved_at > rang_at or (begun_at and begun_at >= rang_at):
            continue
        custody = Custody(at=now, reason=f"{alarm.get_kind_display()}: {alarm.detail}"[:200])
        stopped += quarantine_pack(pack.pk, custody=custody)
    return stopped
