"""`python -m tests.kill.scene COUNT`: make trucks that can report; print their keys by truck."""

import itertools
import json
import sys

import django

django.setup()

from fleet import clock
from fleet.models import Truck
from telematics.services.keys import make_key
from tests import builders
from tests.builders import (
    make_device,
    make_operator,
    make_pack_type,
    make_region,
    make_truck,
    make_truck_model,
)
from tests.kill.load import CAPACITY_WH


def main(count: int) -> None:
    builders._numbers = itertools.count(10 * Truck.objects.count() + 1)  # scenes before this one
    run = f"kill-{clock.now().timestamp() * 1000:.0f}"
    carrier, region = make_operator(code=run), make_region()
    pack_type = make_pack_type(capacity_wh=CAPACITY_WH)
    model = make_truck_model(pack_type)
    keys = {}
    for _ in range(count):
        truck = make_truck(carrier, model=model, region=region)
        device = make_device(truck=truck, serial=f"{run}-{truck.pk}")
        keys[truck.pk] = make_key(device, now=clock.now())
    print(json.dumps(keys))


main(int(sys.argv[1]))
