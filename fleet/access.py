"""The only doors to tenant data: what a user may look at, and what they may change.

Every admin page, API view and live stream starts from one of these querysets. Each door takes
`user` and, where relations are dated, `now`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from fleet.models import (
    Driver,
    Operator,
    Pack,
    Place,
    Shift,
    SwapStation,
    Truck,
    TruckSight,
    TruckTenure,
    User,
)

Viewer = User | AnonymousUser
WRITING_ROLES = {User.Role.FLEET_MANAGER, User.Role.DISPATCHER, User.Role.STATION_OPERATOR}


@dataclass(frozen=True, slots=True)
class Keepers:
    """Who keeps a registry: which roles, of operators of which kinds (empty: of any)."""

    roles: frozenset[str]
    kinds: frozenset[str] = frozenset()


TRUCK_KEEPERS = Keepers(frozenset({User.Role.FLEET_MANAGER}), frozenset({Operator.Kind.CARRIER}))
PACK_KEEPERS = Keepers(
    frozenset({User.Role.FLEET_MANAGER}),
    frozenset({Operator.Kind.PACK_BANK, Operator.Kind.CARRIER}),
)
STATION_KEEPERS = Keepers(
    frozenset({User.Role.STATION_OPERATOR}), frozenset({Operator.Kind.STATION_OPERATOR})
)


def _operator_of(user: Viewer) -> Operator | None:
    if isinstance(user, User) and user.is_active and user.operator and user.operator.is_active:
        return user.operator
    return None


def sees_everything(user: Viewer) -> bool:
    """Say whether the user runs the service itself."""
    return user.is_active and user.is_superuser


def may_write(user: Viewer) -> bool:
    """Say whether the user's role changes things at all; supervisors and auditors only look."""
    return sees_everything(user) or (
        _operator_of(user) is not None and isinstance(user, User) and user.role in WRITING_ROLES
    )


def works_in_office(user: Viewer) -> bool:
    """Say whether the user looks at lists at all: people of an operator, but no drivers."""
    if sees_everything(user):
        return True
    return _operator_of(user) is not None and getattr(user, "role", "") != User.Role.DRIVER


def keeps(user: Viewer, keepers: Keepers) -> bool:
    """Say whether the user's role and kind of operator keep a registry."""
    if sees_everything(user):
        return True
    own = _operator_of(user)
    if own is None or not isinstance(user, User) or user.role not in keepers.roles:
        return False
    return not keepers.kinds or own.kind in keepers.kinds


def any_of(ways: Sequence[Q]) -> Q:
    """Return the condition that one way is open; none are: no row."""
    return reduce(or_, ways) if ways else Q(pk__in=[])


def operators_for(user: Viewer) -> QuerySet[Operator]:
    """Return the operators a user may name: the own one; all for the service's own staff."""
    if sees_everything(user):
        return Operator.objects.all()
    own = _operator_of(user)
    return Operator.objects.filter(pk=own.pk) if own else Operator.objects.none()


def holds(user: Viewer, *, now: datetime, truck: str = "truck") -> Exists:
    """Return the condition that the user's operator owns or runs the truck of a row now.

    `truck` is the row's column of the truck's key. Staff of the service: that anybody holds it.
    """
    # Never a list of all keys to look among: beside another condition the database would make the
    # whole list for a single row. This it may ask of each row, or make once where rows are many.
    tenures = TruckTenure.objects.filter(truck=OuterRef(truck), during__contains=now)
    if not sees_everything(user):
        own = _operator_of(user)
        tenures = tenures.filter(operator=own) if own else TruckTenure.objects.none()
    return Exists(tenures)


def trucks_for(user: Viewer, *, now: datetime) -> QuerySet[Truck]:
    """Return the trucks a user may look at now.

    Owners and carriers see the trucks they hold, station operators those promised a swap with
    them, supervisors those of their regions.
    """
    if sees_everything(user):
        return Truck.objects.all()
    return Truck.objects.filter(any_of(ways_to_trucks(user, now=now)))


def ways_to_trucks(user: Viewer, *, now: datetime) -> list[Q]:
    """Return what opens a truck to somebody of an operator: held, or seen coming."""
    own = _operator_of(user)
    if own is None:
        return []
    if own.kind == Operator.Kind.SUPERVISOR:
        return [Q(region__in=own.regions.all())]
    sights = TruckSight.objects.filter(truck=OuterRef("pk"), operator=own, during__contains=now)
    return [Q(holds(user, now=now, truck="pk")), Q(Exists(sights))]


def sees_by_holding(user: Viewer) -> bool:
    """Say whether a user looks into trucks because its operator holds them, and no others."""
    own = _operator_of(user)
    is_held = own is not None and own.kind != Operator.Kind.SUPERVISOR
    return is_held and not sees_everything(user)


def trucks_held_by(user: Viewer, *, now: datetime) -> QuerySet[Truck]:
    """Return the trucks whose inside a user may look at: not those it only sees coming."""
    if not sees_by_holding(user):
        return trucks_for(user, now=now)
    return Truck.objects.filter(holds(user, now=now, truck="pk"))


def trucks_run_by(user: Viewer, *, now: datetime) -> QuerySet[Truck]:
    """Return the trucks a user may change and dispatch: those its operator holds now."""
    if sees_everything(user):
        return Truck.objects.all()
    own = _operator_of(user)
    if own is None or not may_write(user):
        return Truck.objects.none()
    return Truck.objects.filter(holds(user, now=now, truck="pk"))


def trucks_kept_by(user: Viewer, *, now: datetime) -> QuerySet[Truck]:
    """Return the trucks whose entry in the registry a user may change."""
    is_keeper = keeps(user, TRUCK_KEEPERS)
    return trucks_run_by(user, now=now) if is_keeper else Truck.objects.none()


def packs_kept_by(user: Viewer) -> QuerySet[Pack]:
    """Return the packs whose entry in the registry a user may change: those its operator owns."""
    if sees_everything(user):
        return Pack.objects.all()
    own = operators_for(user) if keeps(user, PACK_KEEPERS) else Operator.objects.none()
    return Pack.objects.filter(owner__in=own)


def stations_kept_by(user: Viewer) -> QuerySet[SwapStation]:
    """Return the stations that a user may change, close and open, lanes and slots included."""
    is_keeper = keeps(user, STATION_KEEPERS)
    return stations_for(user) if is_keeper else SwapStation.objects.none()


def stations_for(user: Viewer) -> QuerySet[SwapStation]:
    """Return the stations whose inside a user may look at: the operator's own, or the region's."""
    if sees_everything(user):
        return SwapStation.objects.all()
    own = _operator_of(user)
    if own is None:
        return SwapStation.objects.none()
    if own.kind == Operator.Kind.SUPERVISOR:
        return SwapStation.objects.filter(region__in=own.regions.all())
    return SwapStation.objects.filter(operator=own)


def packs_for(user: Viewer, *, now: datetime) -> QuerySet[Pack]:
    """Return the packs a user may look at: owned ones wherever they are, and those in its hands."""
    if sees_everything(user):
        return Pack.objects.all()
    return Pack.objects.filter(any_of(ways_to_packs(user, now=now)))


def ways_to_packs(user: Viewer, *, now: datetime) -> list[Q]:
    """Return what opens a pack to somebody of an operator: owned, in its slot, on its truck."""
    own = _operator_of(user)
    if own is None:
        return []
    if own.kind == Operator.Kind.SUPERVISOR:
        regions = own.regions.all()
        return [Q(slot__station__region__in=regions), Q(truck__region__in=regions)]
    return [Q(owner=own), Q(slot__station__operator=own), Q(holds(user, now=now))]


def drivers_for(user: Viewer) -> QuerySet[Driver]:
    """Return the drivers a user may look at: only its own operator's."""
    if sees_everything(user):
        return Driver.objects.all()
    own = _operator_of(user)
    return Driver.objects.filter(carrier=own) if own else Driver.objects.none()


def shifts_for(user: Viewer) -> QuerySet[Shift]:
    """Return the shifts of the drivers a user may look at."""
    return Shift.objects.filter(driver__in=drivers_for(user))


def places_for(user: Viewer) -> QuerySet[Place]:
    """Return the shared places and those of the user's operator."""
    if sees_everything(user):
        return Place.objects.all()
    own = _operator_of(user)
    if own is None:
        return Place.objects.none()
    return Place.objects.filter(Q(operator__isnull=True) | Q(operator=own))


def driver_of(user: Viewer) -> Driver | None:
    """Return the driver a signed-in user is; None for everybody else and for those let go."""
    own = _operator_of(user)
    if own is None or not isinstance(user, User) or user.role != User.Role.DRIVER:
        return None
    return Driver.objects.filter(user=user, is_active=True, carrier=own).first()


def carrier_of_user(user: Viewer) -> Operator | None:
    """Return the carrier whose trips a user may look at; drivers see only their own, elsewhere."""
    own = _operator_of(user)
    is_carrier = own is not None and own.kind == Operator.Kind.CARRIER
    is_driver = isinstance(user, User) and user.role == User.Role.DRIVER
    return own if is_carrier and not is_driver else None
