"""From a report that reveals a need to its offer, in a service that has nothing else to do.

pytest tests/benchmarks/asking.py -s -n0
"""

import time
from statistics import quantiles

from dispatch.models import SwapAssignment
from fleet import clock
from fleet.models import Truck
from telematics.models import RouteNeed
from tests.builders import bearer, make_device
from tests.e2e.test_promise import report
from tests.scenes import Scene
from tests.stack import Stack

TRUCKS = 30


def test_reports_are_answered(stack: Stack) -> None:
    scene = Scene(now=clock.now())
    for k in range(8):
        scene.add_station(39.05 + 0.01 * k, packs=6)
    trucks = [scene.add_truck(soc_percent=95) for _ in range(TRUCKS)]
    headers = {truck.pk: bearer(make_device(truck=truck)) for truck in trucks}
    for truck in trucks:
        report(stack, headers[truck.pk], seq=1, soc_percent=94.0)
    asked = RouteNeed.objects.exclude(asks_below_percent=None)
    stack.wait_until(
        lambda: asked.count() == TRUCKS, within_s=90, what="a plan has looked at all of them"
    )
    took_s, by_plan = [], 0
    for truck in trucks:
        offer, to_offer_s = _answered(stack, truck, headers[truck.pk])
        took_s.append(to_offer_s)
        by_plan += offer.plan_run_id is not None
    hundredths = quantiles(took_s, n=100, method="inclusive")
    print(
        f"report to offer: p50 {hundredths[49]:.2f} s, p95 {hundredths[94]:.2f} s,"
        f" worst {max(took_s):.2f} s of {TRUCKS}, {by_plan} by a plan of the region"
    )


def _answered(stack: Stack, truck: Truck, headers: dict[str, str]) -> tuple[SwapAssignment, float]:
    started_s = time.monotonic()
    report(stack, headers, seq=2, soc_percent=45.0)
    offer = stack.wait_until(
        lambda: SwapAssignment.objects.filter(truck=truck, state="offered").first(),
        within_s=60,
        what="the truck is offered a swap",
    )
    return offer, time.monotonic() - started_s
