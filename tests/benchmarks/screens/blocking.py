"""Something is taken out of use: how soon no promise can take it, how soon drivers are told.

``pytest tests/benchmarks/screens/blocking.py -s -n0``: the whole service, a station operator who
closes a lane, a station, a slot or a pack on the board, drivers with an open page each. `shut_s`:
from the request until its answer; from then the database refuses a promise there.
`told_s`: until everyone who was promised it has another promise or none, and has it on the page.
Goals (US3): 1 s and 10 s. ``YIZHAN_BENCH_ROUNDS`` acts, 24 unless told.
"""

import os
import threading
import time
from typing import NamedTuple
from uuid import uuid4

import httpx
from django.test import Client

from dispatch.lifecycle import LIVE
from dispatch.models import DriverNotice, PackHold, SwapAssignment
from dispatch.services.promises.moves import DispatchError, move_assignment
from fleet import clock
from fleet.models import Driver, Shift, SwapStation, User
from fleet.services.sign_in import make_sign_in_link
from tests.builders import make_user
from tests.scenes import Scene
from tests.stack import Stack

ROUNDS = int(os.environ.get("YIZHAN_BENCH_ROUNDS", "24"))
KINDS = ("lane", "slot", "pack", "station")
TRUCKS = 6
PATIENCE_S = 60.0
GOAL_SHUT_S = 1.0
TOKEN = "x" * 32  # of a form: the page's and the cookie's are the same


class Took(NamedTuple):
    """How long one act took, in s."""

    shut_s: float
    told_s: float


class OpenPage(threading.Thread):
    """A driver's page: notes when it was shown something."""

    def __init__(self, stack: Stack, driver: Driver) -> None:
        super().__init__(daemon=True)
        make_sign_in_link(driver, now=clock.now(), by=None)
        driver.refresh_from_db()
        assert driver.user is not None
        client = Client()
        client.force_login(driver.user)
        self.cookies = {"sessionid": client.cookies["sessionid"].value}
        self.url = f"{stack.base_url}/api/v1/driver/stream"
        self.shown_at: list[float] = []
        self.is_closed = False

    def run(self) -> None:
        heads = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
        with httpx.stream(
            "GET", self.url, cookies=self.cookies, headers=heads, timeout=90
        ) as stream:
            for line in stream.iter_lines():
                if self.is_closed:
                    return
                if line == "event: assignment":
                    self.shown_at.append(time.monotonic())


def promised(scene: Scene) -> list[SwapAssignment]:
    """Return the promises that stand, after every driver has accepted."""
    live = SwapAssignment.objects.filter(region=scene.region, state__in=LIVE)
    for offer in live.filter(state="offered"):
        try:
            move_assignment(assignment_id=offer.pk, to="accepted", now=clock.now())
        except DispatchError:
            continue  # it was replaced meanwhile
    return list(live.select_related("lane", "station", "truck").order_by("occupies"))


def ready(stack: Stack, scene: Scene) -> list[SwapAssignment]:
    """Wait until most trucks have a promise again."""
    for truck in scene.trucks:
        scene.report(truck, soc_percent=33, at=(39.02, 118.5), seen_at=clock.now())
    stack.wait_until(
        lambda: len(promised(scene)) >= TRUCKS - 2, within_s=PATIENCE_S, what="promises stand"
    )
    return promised(scene)


def closed_thing(kind: str, swap: SwapAssignment) -> tuple[str, dict[str, object]]:
    """Return what the board calls it, and which promises use it."""
    if kind == "station":
        return "station", {"station": swap.station}
    if kind == "lane":
        return f"lane-{swap.lane.number}", {"lane": swap.lane}
    hold = PackHold.objects.filter(assignment=swap, is_live=True).select_related("pack__slot")[0]
    assert hold.pack.slot is not None
    what = f"pack-{hold.pack_id}" if kind == "pack" else f"slot-{hold.pack.slot.number}"
    return what, {"holds__pack": hold.pack, "holds__is_live": True}


class Acting:
    """A station operator's hand on the board."""

    def __init__(self, stack: Stack, station: SwapStation) -> None:
        client = Client(enforce_csrf_checks=False)
        client.force_login(make_user(station.operator, User.Role.STATION_OPERATOR))
        self.http = httpx.Client(
            base_url=stack.base_url, timeout=30, cookies={"csrftoken": TOKEN},
            headers={"X-CSRFToken": TOKEN, "Referer": stack.base_url},
        )  # fmt: skip
        self.http.cookies.set("sessionid", client.cookies["sessionid"].value)
        self.url = f"/admin/dispatch/swapassignment/board/{station.pk}/act/"

    def do(self, verb: str, what: str) -> None:
        body = {"id": str(uuid4()), "verb": verb, "what": what, "reason": "maintenance"}
        answer = self.http.post(self.url, json=body)
        assert answer.status_code == 200, answer.text


def act(kind: str, scene: Scene, hands: dict[int, Acting], pages: dict[int, OpenPage]) -> Took:
    """Close one thing that is promised; return how long it took to shut and to tell everyone."""
    swap = promised(scene)[0]
    what, uses = closed_thing(kind, swap)
    using = SwapAssignment.objects.filter(state__in=LIVE, **uses).distinct()
    before = {row.pk: row for row in using.all()}
    began = time.monotonic()
    hands[swap.station_id].do("hold" if kind == "pack" else "close", what)
    shut_s = time.monotonic() - began
    told: dict[int, float] = {}
    while True:
        waited_s = time.monotonic() - began
        still = {row.pk: row for row in using.all()}
        if waited_s > shut_s + GOAL_SHUT_S:
            assert before.keys() >= still.keys(), f"{kind}: promised after it was shut"
        before |= still
        for row in SwapAssignment.objects.filter(pk__in=before.keys() - told.keys() - still.keys()):
            page = pages[row.driver_id] if row.driver_id else None
            shown = [at for at in page.shown_at if at > began] if page else []
            if shown or (kind in {"slot", "pack"} and row.state in LIVE):  # only the packs changed
                told[row.pk] = (shown[0] if shown else time.monotonic()) - began
        if not still and told.keys() == before.keys():
            break
        assert waited_s < PATIENCE_S, _standing(kind, before.keys() - told.keys())
        time.sleep(0.02)
    if kind != "pack":
        hands[swap.station_id].do("open", what)
    return Took(shut_s, max(told.values(), default=0.0))


def _standing(kind: str, left: set[int]) -> str:
    rows = SwapAssignment.objects.filter(pk__in=left).values_list("pk", "state", "lane", "occupies")
    news = DriverNotice.objects.filter(assignment__in=left).values_list("kind", "created_at")
    found = (list(rows), list(news))
    return f"{kind}: not told: {found}"


def test_how_soon_what_is_closed_is_shut_and_told(stack: Stack) -> None:
    scene = Scene(now=clock.now())
    for latitude in (39.08, 39.1, 39.12):
        scene.add_station(latitude, lanes=2, packs=12, slots=14)
    for _ in range(TRUCKS):
        scene.add_truck(soc_percent=33)
    hands = {station.pk: Acting(stack, station) for station in scene.stations}
    shifts = Shift.objects.filter(truck__in=scene.trucks, ended_at=None).select_related("driver")
    pages = {shift.driver_id: OpenPage(stack, shift.driver) for shift in shifts}
    for page in pages.values():
        page.start()
    stack.wait_until(
        lambda: all(page.shown_at for page in pages.values()), within_s=20, what="pages are open"
    )
    took: dict[str, list[Took]] = {kind: [] for kind in KINDS}
    for n in range(ROUNDS):
        ready(stack, scene)
        took[KINDS[n % len(KINDS)]].append(act(KINDS[n % len(KINDS)], scene, hands, pages))
    for page in pages.values():
        page.is_closed = True
    for page in pages.values():
        page.join(PATIENCE_S)  # until the next beat of its stream
    for hand in hands.values():
        hand.http.close()
    every = [one for some in took.values() for one in some]
    for name, some in {**took, "all": every}.items():
        print(f"\n{name:8} {len(some)} acts: {_spread(some)}", end="")
    print()


def _spread(some: list[Took]) -> str:
    told = []
    for name in Took._fields:
        values = sorted(getattr(one, name) for one in some)
        p95 = values[min(len(values) - 1, len(values) * 95 // 100)]
        told.append(f"{name} p50 {values[len(values) // 2]:.2f} p95 {p95:.2f}")
    return ", ".join(told)
