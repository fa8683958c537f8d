"""The only doors to what was reported and to the machines that report."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from fleet.access import (
    Viewer,
    any_of,
    holds,
    operators_for,
    sees_by_holding,
    sees_everything,
    stations_for,
    trucks_held_by,
)
from fleet.selectors.tenures import was_held
from telematics.models import (
    Alarm,
    AlarmStorm,
    Boot,
    Device,
    LaneState,
    OddReport,
    RetroEvent,
    SlotState,
    TruckDay,
)


def _of_held_trucks(user: Viewer, now: datetime) -> Exists:
    """Return the condition that a row is of a truck whose inside the user may look at."""
    if sees_by_holding(user):  # without the trucks themselves, of which all would be read
        return holds(user, now=now)
    return Exists(trucks_held_by(user, now=now).filter(pk=OuterRef("truck")))


def devices_for(user: Viewer, *, now: datetime) -> QuerySet[Device]:
    """Return the machines on the user's trucks, at its stations and in its offices."""
    if sees_everything(user):
        return Device.objects.all()
    return Device.objects.filter(any_of(ways_to_devices(user, now=now)))


def ways_to_devices(user: Viewer, *, now: datetime) -> list[Q]:
    """Return what opens a machine to somebody of an operator: on its truck, at its station, its."""
    return [
        Q(_of_held_trucks(user, now)),
        Q(station__in=stations_for(user).values("pk")),
        Q(operator__in=operators_for(user)),
    ]


def alarms_for(user: Viewer, *, now: datetime) -> QuerySet[Alarm]:
    """Return the alarms of the user's trucks and stations; those of the service for its staff."""
    if sees_everything(user):
        return Alarm.objects.all()
    return Alarm.objects.filter(
        _of_held_trucks(user, now) | Q(station__in=stations_for(user).values("pk"))
    )


def storms_for(user: Viewer, *, now: datetime) -> QuerySet[AlarmStorm]:
    """Return the storms with alarms the user sees; `seen` counts those."""
    alarms = alarms_for(user, now=now).filter(storm=OuterRef("pk")).order_by()
    count = alarms.values("storm").annotate(count=Count("pk")).values("count")
    return AlarmStorm.objects.annotate(seen=Subquery(count)).filter(seen__gt=0)


def odd_reports_for(user: Viewer, *, now: datetime) -> QuerySet[OddReport]:
    """Return the odd reports of the user's trucks."""
    return OddReport.objects.filter(truck__in=trucks_held_by(user, now=now).values("pk"))


def truck_days_for(user: Viewer, *, now: datetime) -> QuerySet[TruckDay]:
    """Return the days of the user's trucks."""
    return TruckDay.objects.filter(truck__in=trucks_held_by(user, now=now).values("pk"))


def slot_states_for(user: Viewer) -> QuerySet[SlotState]:
    """Return what the user's stations say of their slots."""
    return SlotState.objects.filter(slot__station__in=stations_for(user).values("pk"))


def lane_states_for(user: Viewer) -> QuerySet[LaneState]:
    """Return what the user's stations say of their lanes."""
    return LaneState.objects.filter(lane__station__in=stations_for(user).values("pk"))


def retro_events_for(user: Viewer) -> QuerySet[RetroEvent]:
    """Return what was found later of trucks that were the user's business when it happened."""
    return RetroEvent.objects.filter(was_held(user, at="began_at"))


def boots_for(user: Viewer, *, now: datetime) -> QuerySet[Boot]:
    """Return the ledgers of numbers of the user's trucks."""
    return Boot.objects.filter(truck__in=trucks_held_by(user, now=now).values("pk"))
