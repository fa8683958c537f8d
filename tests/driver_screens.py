"""Every screen of the driver's page, one after the other, for the tests that measure them all."""

from collections.abc import Iterator

from dispatch.services.promises.moves import move_assignment
from fleet import clock
from tests.builders import make_pack, make_truck
from tests.cab import Cab


def screens(cab: Cab) -> Iterator[str]:
    """Go through the page as a driver does and yield the name of each screen while it shows."""
    cab.page.goto(f"{cab.address}/driver/")
    yield "signed-out"
    cab.enter()
    cab.sees("packs")
    yield "packs"
    cab.page.click("#wrong-packs")
    yield "packs-wrong"
    yield from _choosing_a_truck(cab)
    cab.page.click("#start-shift")
    cab.sees("waiting")
    yield "waiting"
    cab.page.click("#open-menu")
    yield "menu"
    cab.page.click("#menu [data-close]")
    yield from _an_offer(cab)
    yield from _the_way(cab)
    yield from _at_the_station(cab)


def _choosing_a_truck(cab: Cab) -> Iterator[str]:
    other = make_truck(cab.driver.carrier, region=cab.truck.region, model=cab.truck.model)
    make_pack(other.model.pack_type, truck=other)
    cab.page.reload()
    cab.sees("trucks")
    yield "trucks"
    cab.page.click(f"#trucks button:has-text('{cab.truck.plate}')")
    cab.sees("packs")
    yield "packs-of-two"


def _an_offer(cab: Cab) -> Iterator[str]:
    first = cab.offer()
    cab.sees("offered")
    yield "offered"
    cab.page.click("#decline")
    yield "reasons"
    cab.page.click("#reasons [data-close]")
    cab.speed(62)
    cab.page.wait_for_selector("body[data-moving]")
    yield "offered-moving"
    cab.speed(0)
    cab.page.wait_for_selector("body:not([data-moving])")
    cab.page.context.set_offline(True)
    cab.page.wait_for_selector("#banner:visible")
    yield "offered-offline"
    cab.page.context.set_offline(False)
    cab.page.wait_for_selector("#banner", state="hidden")
    move_assignment(assignment_id=first.pk, to="expired", now=clock.now(), replans=False)
    cab.sees("ended")
    yield "ended"
    cab.page.click("#understood")


def _the_way(cab: Cab) -> Iterator[str]:
    cab.offer(distance_m=123_400, probability=1.0)  # as wide as figures get
    cab.sees("offered")
    cab.page.click("#accept")
    cab.sees("accepted")
    yield "accepted"
    cab.page.click("#choose-map")
    yield "maps"
    cab.page.click("#maps [data-close]")
    cab.speed(62)
    cab.page.wait_for_selector("body[data-moving]")
    yield "accepted-moving"
    cab.speed(0)
    cab.page.wait_for_selector("body:not([data-moving])")
    cab.page.click("#leave-now")
    cab.sees("en_route")
    yield "en-route"


def _at_the_station(cab: Cab) -> Iterator[str]:
    cab.page.click("#arrive")
    cab.sees("arrived")
    yield "arrived"
    live = cab.live()
    for state in ("queued", "swapping"):
        move_assignment(assignment_id=live.pk, to=state, now=clock.now(), replans=False)
        cab.sees(state)
        yield state
