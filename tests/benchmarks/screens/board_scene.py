"""A busy station for the board's benchmark: 30 slots, three lanes, two hundred bars."""

from datetime import timedelta
from pathlib import Path

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client

from dispatch.models import ChargeWindow
from fleet import clock
from telematics.models import SlotState
from tests.builders import (
    make_assignment,
    make_hold,
    make_pack,
    make_pack_type,
    make_station,
    make_truck,
    make_truck_model,
    make_user,
)

SLOTS, LANES = 30, 3


def make_scene(told_file: str) -> None:
    """Make the station; write its number and the session of one who steers it."""
    now = clock.now()
    station, kind = make_station(slots=SLOTS, lanes=LANES), make_pack_type()
    slots = list(station.slots.order_by("number"))
    packs = [make_pack(kind, slot=slot) for slot in slots]
    for slot, pack in zip(slots, packs, strict=True):
        SlotState.objects.create(
            slot=slot, recorded_at=now, received_at=now, pack_code=pack.code, soc_percent=40
        )
        for hour in (-2, 0, 2, 4):
            start = now + timedelta(hours=hour, minutes=5)
            during = DateTimeTZRange(start, start + timedelta(minutes=50))
            ChargeWindow.objects.create(slot=slot, pack=pack, during=during, power_w=40_000)
    model = make_truck_model(kind)
    lanes = list(station.lanes.order_by("number"))
    for k in range(60):
        truck = make_truck(model=model, region=station.region)
        start = now + timedelta(minutes=-110 + 23 * (k // LANES))
        is_over = start < now
        swap = make_assignment(
            truck=truck,
            station=station,
            lane=lanes[k % LANES],
            start=start,
            eta=start,
            state="done" if is_over else "accepted",
            ended_at=start if is_over else None,
        )
        if not is_over and packs:
            make_hold(swap, packs.pop())
    client = Client()
    client.force_login(make_user(is_superuser=True))
    Path(told_file).write_text(f"{station.pk} {client.cookies['sessionid'].value}")
