"""Who held a truck when: a sold truck does not take its history along."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q

from fleet.access import Viewer, operators_for, sees_everything
from fleet.models import Operator, Truck, TruckTenure, User
from fleet.selectors.as_of import Moment


def was_held(user: Viewer, *, at: str) -> Q | Exists:
    """Return the condition that a row's truck was the user's business at the row's own time `at`.

    Owners and carriers: by their tenures of then. Supervisors: the trucks of their regions.
    """
    if sees_everything(user):
        return Q()
    if (operator := _supervisor(user)) is not None:
        return Q(truck__region__in=operator.regions.all())
    tenures = TruckTenure.objects.filter(
        truck=OuterRef("truck"), operator__in=operators_for(user), during__contains=OuterRef(at)
    )
    return Exists(tenures)


def held_then(user: Viewer, moments: Sequence[Moment]) -> list[bool]:
    """Say for each moment whether the truck was the user's business then, as `was_held` does."""
    if sees_everything(user):
        return [True] * len(moments)
    trucks = {truck_id for truck_id, _ in moments}
    if (operator := _supervisor(user)) is not None:
        seen = Truck.objects.filter(pk__in=trucks, region__in=operator.regions.all())
        mine = set(seen.values_list("pk", flat=True))
        return [moment.truck_id in mine for moment in moments]
    held: dict[int, list[Any]] = defaultdict(list)
    tenures = TruckTenure.objects.filter(truck__in=trucks, operator__in=operators_for(user))
    for truck_id, during in tenures.values_list("truck_id", "during"):
        held[truck_id].append(during)
    return [any(moment.at in during for during in held[moment.truck_id]) for moment in moments]


def _supervisor(user: Viewer) -> Operator | None:
    operator = user.operator if isinstance(user, User) and user.is_active else None
    if operator is None or not operator.is_active:
        return None
    return operator if operator.kind == Operator.Kind.SUPERVISOR else None
