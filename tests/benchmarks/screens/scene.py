"""What the live map shows while it is measured: stations, promises, and somebody signed in."""

from datetime import timedelta
from pathlib import Path

from django.test import Client

from fleet import clock
from fleet.models import Region, Truck
from tests.benchmarks.screens.driven import EAST_DEG, NORTH_DEG, SOUTH_DEG, WEST_DEG
from tests.builders import make_assignment, make_operator, make_station, make_user

STATIONS = 60
PROMISES_EACH = 10


def make_scene(cookie_file: str) -> None:
    """Make stations with promises to the first trucks; write the session of one who sees all."""
    region, operator = Region.objects.get(code="bench"), make_operator()
    trucks = iter(Truck.objects.order_by("pk"))
    for i in range(STATIONS):
        station = make_station(
            operator,
            region=region,
            latitude_deg=SOUTH_DEG + (NORTH_DEG - SOUTH_DEG) * (i % 10) / 9,
            longitude_deg=WEST_DEG + (EAST_DEG - WEST_DEG) * (i // 10) / 5,
        )
        for j in range(PROMISES_EACH):
            start = clock.now() + timedelta(minutes=20 + 10 * j)
            make_assignment(next(trucks), station, start=start, state="en_route")
    client = Client()
    client.force_login(make_user(is_superuser=True))
    Path(cookie_file).write_text(client.cookies["sessionid"].value)
