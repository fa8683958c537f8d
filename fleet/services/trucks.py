"""Who owns and runs a truck."""

from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from fleet.models import Operator, Truck, TruckTenure


def register_truck(*, truck: Truck, operator: Operator, now: datetime) -> None:
    """Make `operator` owner and carrier of a truck that has none yet; others are left alone."""
    for role in TruckTenure.Role.values:
        if not truck.tenures.filter(role=role).exists():
            during = DateTimeTZRange(now, None)
            TruckTenure.objects.create(truck=truck, role=role, operator=operator, during=during)
