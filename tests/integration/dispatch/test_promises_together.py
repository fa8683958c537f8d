"""A round's promises in few statements: the same rows as one by one; a refusal spoils no other."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.forms import model_to_dict
from django.test.utils import CaptureQueriesContext

from dispatch.models import DriverNotice, PackHold, SwapAssignment
from dispatch.services.plans.decisions import Outcome, change_where_unanswered
from dispatch.services.promises.batch import BATCH, write_promises
from dispatch.services.promises.moves import DispatchError, move_assignment
from dispatch.services.promises.write import Promise, write_promise
from fleet.models import Pack, TruckSight
from fleet.services.packs import Custody
from fleet.services.quarantine import quarantine_pack
from telematics.models import Downlink
from tests.builders import NOW
from tests.integration.dispatch.test_promise_races import promise
from tests.scenes import Scene

pytestmark = pytest.mark.django_db


def ten(scene: Scene) -> list[Promise]:
    """Ten trucks, each with a pack and a time of its own at one lane."""
    station = scene.add_station(packs=10, slots=10)
    packs = list(Pack.objects.filter(slot__station=station).order_by("pk"))
    found = []
    for k, pack in enumerate(packs):
        truck = scene.add_truck(trips=0)
        made = promise(truck, station, pack, minutes=20 + 6 * k)
        found.append(replace(made, driver_id=scene.shift_of(truck).driver_id))
    return found


def said(outcomes: list[Any]) -> list[str]:
    return [o.code if isinstance(o, DispatchError) else o.state for o in outcomes]


def rows_of(assignment: SwapAssignment) -> list[dict[str, Any]]:
    """Give all that was written for a promise, but for what is its own by nature."""
    own = {"id", "assignment", "assignment_id", "check_in_code"}
    found = [
        assignment,
        *assignment.holds.all(),
        TruckSight.objects.get(assignment_id=assignment.pk),
    ]
    rows = [model_to_dict(row, exclude=own) for row in found]
    down, notice = Downlink.objects.get(truck=assignment.truck), assignment_notice(assignment)
    body = {k: v for k, v in down.body.items() if k not in {"id", "check_in_code"}}
    rows.append({**model_to_dict(down, exclude={"id"}), "body": body})
    rows.append({"kind": notice.kind, "driver": notice.driver_id, "reason": notice.body["reason"]})
    events = SwapAssignment.pgh_event_model.objects.filter(pgh_obj=assignment)  # type: ignore[attr-defined]  # made by pghistory
    rows.append({"events": [(e.pgh_label, e.pgh_context.metadata) for e in events]})
    return rows


def assignment_notice(assignment: SwapAssignment) -> DriverNotice:
    return DriverNotice.objects.get(assignment=assignment)


def test_the_rows_are_the_same_as_one_by_one() -> None:
    promises = ten(Scene())[:2]
    together = write_promises(promises, now=NOW)
    assert said(together) == ["offered", "offered"]
    first = SwapAssignment.objects.get(truck=promises[0].truck_id)
    written = rows_of(first)
    for model in (Downlink, TruckSight, PackHold, DriverNotice, SwapAssignment):
        model.objects.all().delete()

    alone = write_promise(promises[0], now=NOW)

    assert rows_of(SwapAssignment.objects.get(pk=alone.pk)) == written


def test_each_refusal_names_its_own_reason_and_the_others_are_written() -> None:
    scene = Scene()
    promises = ten(scene)
    write_promise(promises[0], now=NOW)
    quarantine_pack(promises[2].packs[0][0], custody=Custody(at=NOW, reason="smells"))
    promises[4] = replace(promises[4], starts_at=promises[3].starts_at)
    promises[6] = replace(promises[6], packs=promises[5].packs)
    later = promises[8].starts_at + timedelta(hours=1)
    promises.append(replace(promises[8], starts_at=later, packs=promises[6].packs))

    outcomes = write_promises(promises, now=NOW)

    assert said(outcomes) == [
        "truck_taken", "offered", "pack_gone", "offered", "lane_taken", "offered", "pack_taken",
        "offered", "offered", "offered", "truck_taken",
    ]  # fmt: skip
    live = SwapAssignment.objects.filter(ended_at=None)
    assert live.count() == PackHold.objects.filter(is_live=True).count() == 7
    written = {o.pk for o in outcomes if isinstance(o, SwapAssignment)}
    assert written < set(live.values_list("pk", flat=True))


def test_statements_do_not_grow_with_the_promises() -> None:
    counts = []
    for count in (2, 9):
        promises = ten(Scene())[:count]
        with CaptureQueriesContext(connection) as queries:
            write_promises(promises, now=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1] < BATCH // 4


def test_who_answers_while_the_planner_thinks_does_not_break_up_what_others_exchange() -> None:
    promises = ten(Scene())[:3]
    offers = [write_promise(one, now=NOW) for one in promises]
    first, second, third = offers
    exchanged = [
        replace(promises[0], starts_at=promises[1].starts_at, packs=promises[1].packs),
        replace(promises[1], starts_at=promises[0].starts_at, packs=promises[0].packs),
        replace(promises[2], starts_at=promises[2].starts_at + timedelta(minutes=9)),
    ]
    move_assignment(assignment_id=third.pk, to="accepted", now=NOW)
    taken = SwapAssignment.objects.get(pk=third.pk)
    outcome = Outcome()

    change_where_unanswered(list(zip(offers, exchanged, strict=True)), outcome, now=NOW)

    assert (outcome.written, outcome.settled, outcome.refused) == (2, 1, 0)
    held = {one: [h.pack_id for h in one.holds.filter(is_live=True)] for one in offers}
    assert held[first] == [promises[1].packs[0][0]]
    assert held[second] == [promises[0].packs[0][0]]
    assert model_to_dict(SwapAssignment.objects.get(pk=third.pk)) == model_to_dict(taken)
