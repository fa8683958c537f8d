"""The plan workbench's page: who steers what, who only looks; nobody reads a stranger's truck."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.models import Ban, DraftEdit, PlanDraft, SwapAssignment
from dispatch.services.plans.runs import run_plan
from dispatch.services.workbench.preview import preview_draft
from fleet.models import Operator, User
from tests.builders import NOW, make_operator, make_user
from tests.scenes import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
Role = User.Role
KINDS = ("move", "pin", "forbid")


class Stage:
    """A region with a promised truck of a carrier at a station, another station, and everybody."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.stations = [self.scene.add_station(39.08), self.scene.add_station(39.10)]
        self.truck = self.scene.add_truck(soc_percent=32)
        assert run_plan(self.scene.region.pk, read_clock=lambda: NOW).state == "done"
        self.promise = SwapAssignment.objects.get(truck=self.truck)
        self.there = self.promise.station
        self.other = next(s for s in self.stations if s != self.there)
        carrier = self.scene.carrier
        supervisor = make_operator(Operator.Kind.SUPERVISOR)
        supervisor.regions.add(self.scene.region)
        rival = make_operator()
        neighbour = self.scene.add_truck(soc_percent=80)
        neighbour.tenures.update(operator=rival)
        self.users = {
            "manager": make_user(carrier),
            "dispatcher": make_user(carrier, Role.DISPATCHER),
            "auditor": make_user(carrier, Role.AUDITOR),
            "rival": make_user(rival),
            "station": make_user(self.there.operator, Role.STATION_OPERATOR),
            "supervisor": make_user(supervisor, Role.SUPERVISOR),
            "service": make_user(carrier, is_superuser=True),
        }

    def client(self, who: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(self.users[who])
        return client

    def url(self, name: str = "") -> str:
        name = f"dispatch_bench_{name}" if name else "dispatch_workbench"
        return reverse(f"admin:{name}", args=[self.scene.region.pk])

    def edit(self, who: str, kind: str, **more: Any) -> int:
        """Try an edit of the truck; return the status."""
        station = self.there if kind == "forbid" else self.other
        values = {"kind": kind, "plate": self.truck.plate, "station": station.pk, **more}
        return self.client(who).post(self.url("edit"), values).status_code


@pytest.fixture
def stage() -> Stage:
    return Stage()


# Who gets which edit of the carrier's truck, promised at the station's operator's station, into
# a draft; the others get none, by a refusal or because they steer no such truck.
RIGHTS = {
    "manager": {"move", "pin", "forbid"},
    "dispatcher": {"move", "pin", "forbid"},
    "service": {"move", "pin", "forbid"},
    "station": {"pin", "forbid"},  # the other station is not its own
    "auditor": set(),
    "rival": set(),
    "supervisor": set(),
}


@pytest.mark.parametrize("who", RIGHTS)
def test_who_may_draft_what(stage: Stage, who: str) -> None:
    for kind in KINDS:
        status = stage.edit(who, kind)
        assert status in {302, 403}
        got = set(DraftEdit.objects.values_list("kind", flat=True))
        assert got == ({kind} if kind in RIGHTS[who] else set()), (who, kind, status)
        DraftEdit.objects.all().delete()


@pytest.mark.parametrize("who", RIGHTS)
def test_the_page_tells_each_what_it_may_know(stage: Stage, who: str) -> None:
    for name in ("", "body"):
        page = stage.client(who).get(stage.url(name))
        assert page.status_code == 200
        text = page.content.decode()
        assert (stage.truck.plate[1:] in text) == (who != "rival"), who
        drafts = bool(RIGHTS[who] or who == "rival")
        assert ("Your draft" in text) == drafts
        assert ("Change something" in text) == (drafts and name == "")
    state = stage.client(who).get(stage.url("state")).json()
    assert bool(state["stamp"]) == (who not in {"auditor", "supervisor"})


def test_who_has_nothing_in_a_region_is_not_let_in(stage: Stage) -> None:
    stranger = Client(headers={"accept-language": "en"})
    stranger.force_login(make_user())
    assert stranger.get(stage.url()).status_code == 404
    assert stranger.post(stage.url("preview")).status_code == 404
    driver = Client()
    driver.force_login(make_user(stage.scene.carrier, Role.DRIVER))
    assert driver.get(stage.url()).status_code in {302, 403}
    assert Client().get(stage.url()).status_code == 302
    assert not PlanDraft.objects.exists()


def _solve(who: User) -> PlanDraft:
    draft = PlanDraft.objects.get(user=who)
    assert preview_draft(draft.pk, draft.revision, read_clock=lambda: NOW)
    draft.refresh_from_db()
    return draft


def test_one_drafts_commits_and_undoes_by_form_alone(stage: Stage) -> None:
    manager, client = stage.users["manager"], stage.client("manager")
    assert stage.edit("manager", "move", at="") == 302
    draft = _solve(manager)
    page = client.get(stage.url()).content.decode()
    assert "Costs the fleet" in page
    assert f"to {stage.other.name}" in page
    values = {"revision": draft.revision, "reason": " "}
    assert "Say why" in client.post(stage.url("commit"), values, follow=True).content.decode()

    done = client.post(stage.url("commit"), values | {"reason": "driver asked"}, follow=True)

    assert "1 change is written" in done.content.decode()
    live = SwapAssignment.objects.get(truck=stage.truck, ended_at__isnull=True)
    assert (live.station, live.is_pinned) == (stage.other, True)
    assert "Unpin" in done.content.decode()
    undo = {"promise": live.pk, "reason": "was a mistake"}
    client.post(stage.url("undo"), undo)
    live.refresh_from_db()
    assert not live.is_pinned


def test_a_ban_is_lifted_by_those_it_concerns_only(stage: Stage) -> None:
    stage.edit("manager", "forbid", hours="3")
    draft = _solve(stage.users["manager"])
    values = {"revision": draft.revision, "reason": "narrow gate"}
    stage.client("manager").post(stage.url("commit"), values)
    ban = Ban.objects.get(truck=stage.truck)
    for who in ("auditor", "rival", "supervisor"):
        status = stage.client(who).post(stage.url("undo"), {"ban": ban.pk, "reason": "x"})
        assert status.status_code in {403, 404}
    assert Ban.objects.filter(pk=ban.pk).exists()
    stage.client("station").post(stage.url("undo"), {"ban": ban.pk, "reason": "gate widened"})
    assert not Ban.objects.filter(pk=ban.pk).exists()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"kind": "move", "station": ""}, "Say which station"),
        ({"kind": "move", "at": "25:99"}, "Write the time"),
        ({"kind": "move", "at": "soon"}, "Write the time"),
        ({"kind": "forbid", "hours": "nan"}, "for how many hours"),
        ({"kind": "forbid", "hours": "1000"}, "for how many hours"),
        ({"kind": "pin", "plate": "nobody"}, "You steer no truck"),
    ],
)
def test_what_cannot_be_used_is_said(stage: Stage, more: dict[str, str], says: str) -> None:
    values = {"plate": stage.truck.plate, "station": stage.other.pk, **more}
    page = stage.client("manager").post(stage.url("edit"), values, follow=True)
    assert says in page.content.decode()
    assert not DraftEdit.objects.exists()


def test_strange_values_are_not_found(stage: Stage) -> None:
    client, plate = stage.client("manager"), stage.truck.plate
    for values in (
        {"kind": "steal", "plate": plate},
        {"kind": "move", "plate": plate, "station": "-1"},
        {"kind": "move", "plate": plate, "station": "9" * 30},
        {"kind": "move", "plate": plate, "station": stage.other.pk, "lane": "x"},
    ):
        assert client.post(stage.url("edit"), values).status_code == 404
    assert client.get(stage.url("edit")).status_code == 405


def test_a_preview_that_nobody_takes_up_says_so_and_offers_greedy(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dispatch.admin import workbench  # noqa: PLC0415  to set its clock

    client = stage.client("manager")
    client.post(stage.url("preview"))
    assert client.get(stage.url("state")).json()["is_slow"] is False
    monkeypatch.setattr(workbench, "wall_s", lambda _s: 9.0)
    assert client.get(stage.url("state")).json()["is_slow"] is True
    page = client.post(stage.url("preview"), {"planner": "greedy"}, follow=True)
    assert "Have a quick answer" in page.content.decode()
    _solve(stage.users["manager"])
    assert "Greedy's answer" in client.get(stage.url()).content.decode()
