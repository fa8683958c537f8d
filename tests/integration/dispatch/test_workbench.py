"""The plan workbench: what a preview says is true, and what is committed the next plan obeys."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from dispatch.models import Ban, DraftEdit, DriverNotice, PlanDraft, SwapAssignment
from dispatch.planning.check import check_plan, plan_cost_s
from dispatch.selectors.workbench import fleet_more
from dispatch.services.gate.lanes import close_station
from dispatch.services.plans.runs import run_plan
from dispatch.services.promises.moves import move_assignment
from dispatch.services.workbench.commit import Committed, NotPreviewedError, commit_draft
from dispatch.services.workbench.drafts import (
    GREEDY,
    PREVIEW_TASK,
    ask_preview,
    open_draft,
    put_edit,
    sweep_drafts,
)
from dispatch.services.workbench.preview import preview_draft
from dispatch.services.workbench.telling import result_of
from fleet.models import Job, SwapStation, User
from fleet.selectors.changes import changes_of
from tests.builders import NOW, make_user
from tests.scenes import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    """Two stations of one lane on the way, and three trucks that must swap."""
    scene = Scene()
    scene.add_station(39.08, lanes=1)
    scene.add_station(39.10, lanes=1)
    for soc_percent in (32, 31, 30):
        scene.add_truck(soc_percent=soc_percent)
    return scene


def plan(scene: Scene) -> list[SwapAssignment]:
    run = run_plan(scene.region.pk, read_clock=lambda: NOW)
    assert run.state == "done", run.error
    live = SwapAssignment.objects.filter(region=scene.region, ended_at__isnull=True)
    return list(live.select_related("station", "truck").order_by("truck"))


def looked(draft: PlanDraft, at: datetime = NOW) -> dict[str, Any]:
    """Have a worker look at the draft's last revision."""
    draft.refresh_from_db()
    assert preview_draft(draft.pk, draft.revision, read_clock=lambda: at)
    draft.refresh_from_db()
    assert draft.phase == "done", draft.error
    assert draft.result is not None
    found: dict[str, Any] = draft.result
    return found


def commit(draft: PlanDraft, by: User, **more: Any) -> Committed:
    draft.refresh_from_db()
    values = {"reason": "driver asked", "now": NOW, "may": lambda _edit: True, **more}
    return commit_draft(draft, revision=draft.revision, by=by, **values)


def refusal(edit: DraftEdit) -> dict[str, Any]:
    assert edit.refusal is not None
    found: dict[str, Any] = edit.refusal
    return found


def other(scene: Scene, assignment: SwapAssignment) -> SwapStation:
    return next(s for s in scene.stations if s.pk != assignment.station_id)


def test_a_preview_promises_nothing_and_says_what_the_plan_would_do(scene: Scene) -> None:
    draft = open_draft(scene.region, make_user(), now=NOW)
    put = looked(_asked(draft))
    assert not SwapAssignment.objects.exists()
    kinds = {row["kind"] for row in put["trucks"].values()}
    assert kinds == {"new"}
    assert {int(pk) for pk in put["trucks"]} == {truck.pk for truck in scene.trucks}
    standing = plan(scene)
    again = looked(_asked(draft))
    assert {row["kind"] for row in again["trucks"].values()} == {""}, "nothing would change"
    for row in standing:
        place = again["trucks"][str(row.truck_id)]["swaps"]["next"][0]
        assert (place["station"], place["lane"]) == (row.station_id, row.lane_id)
        assert datetime.fromisoformat(place["at"]) == row.occupies.lower


def _asked(draft: PlanDraft) -> PlanDraft:
    ask_preview(draft, now=NOW)
    return draft


def test_a_truck_sent_elsewhere_costs_what_is_said_and_stays_there(scene: Scene) -> None:
    first = plan(scene)[0]
    target, user = other(scene, first), make_user()
    draft = open_draft(scene.region, user, now=NOW)
    edit = put_edit(draft, kind="move", truck=first.truck, station=target, now=NOW)

    said = looked(draft)["edits"][str(edit.pk)]
    assert said["code"] == ""
    assert said["station"] == target.pk
    committed = commit(draft, user)

    assert [done.truck_id for done in committed.done] == [first.truck_id]
    by_hand = SwapAssignment.objects.get(truck=first.truck, ended_at__isnull=True)
    assert (by_hand.station, by_hand.is_pinned, by_hand.decided_by) == (target, True, user)
    assert by_hand.occupies.lower.isoformat() == said["at"]
    assert Job.objects.filter(name="dispatch.run_plan", payload__cause="workbench").exists()
    kept = next(row for row in plan(scene) if row.truck_id == first.truck_id)
    assert (kept.pk, kept.version) == (by_hand.pk, by_hand.version)


def test_what_an_edit_costs_is_what_the_checker_says_of_the_two_plans(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sums that people read are priced again by code that shares nothing with the planner."""
    kept: list[Any] = []

    def keep(looked_at: Any, edits: Any, **more: Any) -> Any:
        kept.append(looked_at)
        return result_of(looked_at, edits, **more)

    monkeypatch.setattr("dispatch.services.workbench.preview.result_of", keep)
    first = plan(scene)[0]
    draft = open_draft(scene.region, make_user(), now=NOW)
    later = NOW + timedelta(minutes=45)
    put_edit(draft, kind="move", truck=first.truck, station=first.station, at=later, now=NOW)

    put = looked(draft)

    seen = kept[0]
    priced = replace(seen.base, params=replace(seen.base.params, change_s=0))
    assert not check_plan(seen.sketch.problem, seen.edited.plan)
    for name, made in (("next", seen.following.plan), ("draft", seen.edited.plan)):
        said_s = sum(row["figures"][name]["cost_s"] for row in put["trucks"].values())
        assert said_s == plan_cost_s(priced, made), name
    more_s, _ = fleet_more(put)
    assert more_s == plan_cost_s(priced, seen.edited.plan) - plan_cost_s(
        priced, seen.following.plan
    )
    assert more_s > 20 * 60, "it waits there for half an hour"
    for truck in scene.trucks[1:]:
        swaps = put["trucks"][str(truck.pk)]["swaps"]
        assert swaps["draft"] == swaps["next"], "nobody moves but for the edit"


def test_previews_wait_for_no_plan_and_hold_none_up(scene: Scene) -> None:
    draft = open_draft(scene.region, make_user(), now=NOW)
    ask_preview(draft, now=NOW)
    ask_preview(draft, now=NOW, planner=GREEDY)
    jobs = Job.objects.filter(name=PREVIEW_TASK).order_by("pk").values_list("queue", flat=True)
    assert list(jobs) == ["preview", "work"]


def test_a_forbidden_station_is_left_and_the_reason_is_in_the_history(scene: Scene) -> None:
    first = plan(scene)[0]
    user = make_user()
    draft = open_draft(scene.region, user, now=NOW)
    until = NOW + timedelta(hours=3)
    put_edit(draft, kind="forbid", truck=first.truck, station=first.station, until=until, now=NOW)
    put = looked(draft)
    row = put["trucks"][str(first.truck_id)]
    assert row["swaps"]["draft"][0]["station"] == other(scene, first).pk

    commit(draft, user, reason="gate too narrow")

    row_of_ban = Ban.objects.get(truck=first.truck)
    assert (row_of_ban.station, row_of_ban.until, row_of_ban.banned_by) == (
        first.station,
        until,
        user,
    )
    assert [change.reason for change in changes_of(row_of_ban)] == ["gate too narrow"]
    first.refresh_from_db()
    assert (first.state, first.end_reason) == ("cancelled", "gate too narrow")
    moved = next(row for row in plan(scene) if row.truck_id == first.truck_id)
    assert moved.station == other(scene, first)


def test_a_pin_is_kept_and_told(scene: Scene) -> None:
    first, user = plan(scene)[0], make_user()
    draft = open_draft(scene.region, user, now=NOW)
    edit = put_edit(draft, kind="pin", truck=first.truck, now=NOW)
    assert looked(draft)["edits"][str(edit.pk)]["code"] == ""
    before = DriverNotice.objects.filter(assignment=first).count()
    assert commit(draft, user, reason="the crew waits").done
    first.refresh_from_db()
    assert (first.is_pinned, first.decided_by) == (True, user)
    assert DriverNotice.objects.filter(assignment=first).count() == before + 1
    assert changes_of(first)[0].reason == "the crew waits"


def test_an_offer_in_the_way_makes_room_and_a_driver_who_accepted_does_not(scene: Scene) -> None:
    """Two trucks at one station: the second is sent where the first stands."""
    rows = plan(scene)
    there = rows[0]
    sent = next(row for row in rows if row.station_id != there.station_id)
    user = make_user()
    draft = open_draft(scene.region, user, now=NOW)
    edit = put_edit(
        draft,
        kind="move",
        truck=sent.truck,
        station=there.station,
        at=there.occupies.lower,
        now=NOW,
    )
    assert looked(draft)["edits"][str(edit.pk)]["waits_for"] == ""
    with transaction.atomic():
        assert commit(draft, user).refused == []
        put = SwapAssignment.objects.get(truck=sent.truck, ended_at__isnull=True)
        assert put.station == there.station
        there.refresh_from_db()
        assert there.state == "diverted"
        assert there.end_reason == "driver asked"
        transaction.set_rollback(True)

    move_assignment(assignment_id=there.pk, to="accepted", now=NOW)
    committed = commit(draft, user)
    assert [refusal(row)["code"] for row in committed.refused] == ["lane_taken"]
    assert refusal(committed.refused[0])["truck"] == there.truck_id
    sent.refresh_from_db()
    assert sent.state == "offered", "nothing is half done"
    told = looked(draft)["edits"][str(edit.pk)]
    assert told["waits_for"] == "lane_busy"
    assert there.truck_id in told["rivals"]


def test_of_two_who_contradict_each_other_the_second_is_told_what_differs(scene: Scene) -> None:
    first, (one, two) = plan(scene)[0], (make_user(), make_user())
    target = other(scene, first)
    drafts = [open_draft(scene.region, user, now=NOW) for user in (one, two)]
    put_edit(drafts[0], kind="move", truck=first.truck, station=target, now=NOW)
    second = put_edit(drafts[1], kind="pin", truck=first.truck, now=NOW)
    for draft in drafts:
        looked(draft)

    assert commit(drafts[0], one, reason="mine").done
    committed = commit(drafts[1], two, reason="no, mine")

    assert committed.done == []
    second.refresh_from_db()
    assert refusal(second)["code"] == "changed_meanwhile"
    place = refusal(second)["place"]
    assert (place["station"], place["by"], place["reason"]) == (target.pk, one.pk, "mine")


def test_what_is_impossible_is_said_why_and_not_written(scene: Scene) -> None:
    first = plan(scene)[0]
    target, user = other(scene, first), make_user()
    draft = open_draft(scene.region, user, now=NOW)
    edit = put_edit(draft, kind="move", truck=first.truck, station=target, now=NOW)
    close_station(target, reason="power cut", by=user, now=NOW)
    told = looked(draft)["edits"][str(edit.pk)]
    assert told["code"] in {"station_closed", "lane_busy"}
    committed = commit(draft, user)
    assert [refusal(row)["code"] for row in committed.refused] == [told["code"]]
    first.refresh_from_db()
    assert first.ended_at is None


def test_what_was_not_looked_at_is_not_committed(scene: Scene) -> None:
    first, user = plan(scene)[0], make_user()
    draft = open_draft(scene.region, user, now=NOW)
    put_edit(draft, kind="pin", truck=first.truck, now=NOW)
    with pytest.raises(NotPreviewedError, match="not there yet"):
        commit(draft, user)
    looked(draft)
    with pytest.raises(NotPreviewedError, match="10 minutes"):
        commit(draft, user, now=NOW + timedelta(minutes=11))
    with pytest.raises(NotPreviewedError, match="changed since"):
        commit_draft(
            draft,
            revision=draft.revision - 1,
            by=user,
            reason="x",
            now=NOW,
            may=lambda _edit: True,
        )
    assert not commit(draft, user, may=lambda _edit: False).done


def test_a_later_change_supersedes_the_preview_under_way(scene: Scene) -> None:
    first = plan(scene)[0]
    draft = open_draft(scene.region, make_user(), now=NOW)
    put_edit(draft, kind="pin", truck=first.truck, now=NOW)
    draft.refresh_from_db()
    asked = draft.revision
    put_edit(draft, kind="pin", truck=scene.trucks[1], now=NOW)
    assert not preview_draft(draft.pk, asked, read_clock=lambda: NOW)
    draft.refresh_from_db()
    assert (draft.phase, draft.solved_revision) == ("asked", None)
    jobs = Job.objects.filter(name="dispatch.preview_draft").values_list("payload__revision")
    assert {row[0] for row in jobs} == {asked, asked + 1}


def test_a_planner_that_hangs_is_replaced_by_greedy_and_that_is_said(
    scene: Scene, settings: Settings
) -> None:
    settings.PLANNER_MODULE = "tests.planted.hang"
    settings.PLANNER_URGENT_TIME_LIMIT_S = 0.3
    put = looked(_asked(open_draft(scene.region, make_user(), now=NOW)))
    assert put["planner"] == "greedy"
    assert "no answer" in put["error"]
    assert {row["kind"] for row in put["trucks"].values()} == {"new"}


def test_a_draft_forbids_no_station_it_sends_the_truck_to(scene: Scene) -> None:
    truck, station = scene.trucks[0], scene.stations[0]
    draft = open_draft(scene.region, make_user(), now=NOW)
    put_edit(
        draft, kind="forbid", truck=truck, station=station, until=NOW + timedelta(hours=1), now=NOW
    )
    put_edit(draft, kind="move", truck=truck, station=station, now=NOW)
    put_edit(draft, kind="pin", truck=truck, now=NOW)
    assert [edit.kind for edit in draft.edits.all()] == ["pin"]


def test_old_previews_are_forgotten_and_what_was_drafted_is_not(scene: Scene) -> None:
    draft = open_draft(scene.region, make_user(), now=NOW)
    put_edit(draft, kind="pin", truck=scene.trucks[0], now=NOW)
    looked(draft)
    assert sweep_drafts(now=NOW + timedelta(hours=23)) == 0
    assert sweep_drafts(now=NOW + timedelta(hours=25)) == 1
    draft.refresh_from_db()
    assert (draft.result, draft.phase, draft.edits.count()) == (None, "idle", 1)
