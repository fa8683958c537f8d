"""Who owns and runs a truck."""

from collections.abc import Sequence
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from fleet.models import Operator, Truck, TruckTenure


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
