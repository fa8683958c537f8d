"""The only doors to trips, promises and plan runs: what a user may look at, and what they steer."""

from datetime import datetime

from django.db.models import Q, QuerySet

from dispatch.models import (
    Ban,
    FairnessEntry,
    MeasuredSpread,
    PlanRun,
    PromiseOutcome,
    Shuttle,
    StationQuarter,
    StockOut,
    SwapAssignment,
    Trip,
    TruckConsumption,
)
from fleet.access import (
    Viewer,
    holds,
    may_write,
    operators_for,
    sees_everything,
    stations_for,
    trucks_for,
    trucks_held_by,
    trucks_run_by,
)
from fleet.models import Operator, Region, Truck, User


def _is_supervisor(user: Viewer) -> bool:
    operator = user.operator if isinstance(user, User) else None
    return operator is not None and operator.kind == Operator.Kind.SUPERVISOR


def trips_for(user: Viewer) -> QuerySet[Trip]:
    """Return the trips of the user's carrier."""
    if sees_everything(user):
        return Trip.objects.all()
    return Trip.objects.filter(carrier__in=operators_for(user))


def shuttles_for(user: Viewer) -> QuerySet[Shuttle]:
    """Return the shuttles of the user's carrier."""
    if sees_everything(user):
        return Shuttle.objects.all()
    return Shuttle.objects.filter(carrier__in=operators_for(user))


def _concerning(user: Viewer, now: datetime, *, promise: str = "") -> Q:
    """Return the condition that a row's promise is to a truck the user holds, or at its station."""
    stations = Q(**{f"{promise}station__in": stations_for(user)})
    if _is_supervisor(user):
        return stations
    return stations | Q(holds(user, now=now, truck=f"{promise}truck"))


def assignments_for(user: Viewer, *, now: datetime) -> QuerySet[SwapAssignment]:
    """Return the promises to trucks the user's operator holds, and those at its stations."""
    if sees_everything(user):
        return SwapAssignment.objects.all()
    return SwapAssignment.objects.filter(_concerning(user, now))


def outcomes_for(user: Viewer, *, now: datetime) -> QuerySet[PromiseOutcome]:
    """Return what came of the promises the user may look at."""
    if sees_everything(user):
        return PromiseOutcome.objects.all()
    return PromiseOutcome.objects.filter(_concerning(user, now, promise="assignment__"))


def held_trucks(user: Viewer, *, now: datetime) -> QuerySet[Truck]:
    """Return the trucks the user's operator owns or runs now: not those it only sees coming."""
    return Truck.objects.filter(holds(user, now=now, truck="pk"))


def assignments_steered_by(user: Viewer, *, now: datetime) -> QuerySet[SwapAssignment]:
    """Return the promises a user may pin and cancel: to trucks it dispatches, at its stations."""
    if sees_everything(user):
        return SwapAssignment.objects.all()
    if not may_write(user):
        return SwapAssignment.objects.none()
    trucks = Q(truck__in=trucks_run_by(user, now=now).values("pk"))
    return SwapAssignment.objects.filter(trucks | Q(station__in=stations_for(user)))


def bans_for(user: Viewer, *, now: datetime) -> QuerySet[Ban]:
    """Return the forbidden stations of the trucks a user may look at as their holder."""
    if sees_everything(user):
        return Ban.objects.all()
    return Ban.objects.filter(holds(user, now=now))


def fairness_for(user: Viewer) -> QuerySet[FairnessEntry]:
    """Return the entries of the fairness ledger of the user's own carrier."""
    if sees_everything(user):
        return FairnessEntry.objects.all()
    return FairnessEntry.objects.filter(carrier__in=operators_for(user))


def spreads_for(user: Viewer) -> QuerySet[MeasuredSpread]:
    """Return the spreads of the stations a user may look into; all for staff."""
    if sees_everything(user):
        return MeasuredSpread.objects.all()
    return MeasuredSpread.objects.filter(station__in=stations_for(user))


def energy_for(user: Viewer) -> QuerySet[StationQuarter]:
    """Return what the stations charged that a user may look into."""
    return StationQuarter.objects.filter(station__in=stations_for(user).values("pk"))


def stock_outs_for(user: Viewer) -> QuerySet[StockOut]:
    """Return when the stations had no charged pack that a user may look into."""
    return StockOut.objects.filter(station__in=stations_for(user).values("pk"))


def plan_runs_for(user: Viewer, *, now: datetime) -> QuerySet[PlanRun]:
    """Return the plan runs that decided something the user may look at; all for staff."""
    if sees_everything(user):
        return PlanRun.objects.all()
    seen = assignments_for(user, now=now).filter(plan_run__isnull=False)
    return PlanRun.objects.filter(pk__in=seen.values("plan_run"))


def regions_of(user: Viewer, *, now: datetime) -> QuerySet[Region]:
    """Return the regions in which the user has trucks or stations."""
    trucks = trucks_for(user, now=now).values("region")
    stations = stations_for(user).values("region")
    return Region.objects.filter(Q(pk__in=trucks) | Q(pk__in=stations))


def consumption_for(user: Viewer, *, now: datetime) -> QuerySet[TruckConsumption]:
    """Return what was learnt of the trucks whose inside a user may look at."""
    seen = trucks_held_by(user, now=now).values("pk")
    return TruckConsumption.objects.filter(truck__in=seen)
