"""Who may change what in a draft: carriers their trucks, station operators their stations."""

from datetime import datetime

from django.db.models import Q, QuerySet

from dispatch import access
from dispatch.lifecycle import LIVE
from dispatch.models import Ban, DraftEdit, SwapAssignment
from fleet.access import (
    may_write,
    sees_everything,
    stations_for,
    trucks_for,
    trucks_run_by,
)
from fleet.models import Region, SwapStation, Truck, User


def may_edit(
    user: User, *, kind: str, truck: Truck, station: SwapStation | None, now: datetime
) -> bool:
    """Say whether a person may have this of a truck.

    Who runs the truck may have anything. A station operator keeps what is promised at its
    stations, forbids them to trucks it sees coming, and moves promises among them.
    """
    if sees_everything(user):
        return True
    if not may_write(user):
        return False
    if trucks_run_by(user, now=now).filter(pk=truck.pk).exists():
        return True
    own = set(stations_for(user).values_list("pk", flat=True))
    standing = SwapAssignment.objects.filter(truck=truck, state__in=LIVE, station__in=own)
    if kind == DraftEdit.Kind.FORBID:
        sees = trucks_for(user, now=now).filter(pk=truck.pk).exists()
        return sees and station is not None and station.pk in own
    if kind == DraftEdit.Kind.MOVE and (station is None or station.pk not in own):
        return False
    return standing.exists()


def trucks_steered_by(user: User, region: Region, *, now: datetime) -> QuerySet[Truck]:
    """Return the trucks of a region of which a person may have something in a draft."""
    rows = Truck.objects.filter(region=region, is_active=True)
    if sees_everything(user):
        return rows
    if not may_write(user):
        return rows.none()
    steered = access.assignments_steered_by(user, now=now).filter(state__in=LIVE)
    run = trucks_run_by(user, now=now).values("pk")
    return rows.filter(Q(pk__in=run) | Q(pk__in=steered.values("truck")))


def bans_steered_by(user: User, region: Region, *, now: datetime) -> QuerySet[Ban]:
    """Return the forbidden stations of a region that a person may allow again."""
    rows = Ban.objects.filter(truck__region=region, until__gt=now)
    if sees_everything(user):
        return rows
    if not may_write(user):
        return rows.none()
    run = trucks_run_by(user, now=now).values("pk")
    return rows.filter(Q(truck__in=run) | Q(station__in=stations_for(user)))
