"""Who owns and runs a truck."""

from collections.abc import Sequence
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from fleet.models import Operator, Truck, TruckTenure, User
from fleet.services.packs import told


def register_trucks(trucks: Sequence[Truck], *, operator: Operator, now: datetime) -> None:
    """Make `operator` owner and carrier of trucks that have none yet; others are left alone."""
    for role in TruckTenure.Role.values:
        held = set(
            TruckTenure.objects.filter(truck__in=trucks, role=role).values_list("truck", flat=True)
        )
        during = DateTimeTZRange(now, None)
        TruckTenure.objects.bulk_create(
            TruckTenure(truck=truck, role=role, operator=operator, during=during)
            for truck in trucks
            if truck.pk not in held
        )


def set_in_service(truck: Truck, *, is_active: bool, reason: str, by: User | None) -> None:
    """Put a truck out of service, or back into it: no plan has an inactive one."""
    with told(by=by, why=reason):
        Truck.objects.filter(pk=truck.pk).update(is_active=is_active)
