"""An assignment moves along the table and nowhere else, with all that hangs on it."""

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from dispatch.lifecycle import ENDED, LIVE, MOVES, STATES
from dispatch.models import DriverNotice, SwapAssignment
from dispatch.services.promises.moves import (
    REPLAN_AFTER,
    NotAllowedNowError,
    OfferExpiredError,
    StaleVersionError,
    move_assignment,
)
from fleet.models import Job, TruckSight
from telematics.models import Downlink
from tests.builders import (
    NOW,
    make_assignment,
    make_driver,
    make_hold,
    make_operator,
    make_pack,
    make_truck,
    make_user,
    since,
)

pytestmark = pytest.mark.django_db


def test_accepting_stamps_and_tells() -> None:
    carrier = make_operator()
    assignment = make_assignment(truck=make_truck(carrier), driver=make_driver(carrier))

    moved = move_assignment(assignment_id=assignment.pk, to="accepted", now=NOW)

    assert (moved.state, moved.version, moved.answered_at) == ("accepted", 2, NOW)
    ride = Downlink.objects.get(truck=assignment.truck)
    assert (ride.body["id"], ride.body["state"]) == (assignment.pk, "accepted")
    assert ride.body["actions"] == ["leave", "arrive"]
    assert DriverNotice.objects.get(assignment=assignment).kind == "changed"
    assert not Job.objects.exists()


def test_an_end_lets_everything_go_and_plans_again() -> None:
    carrier = make_operator()
    truck = make_truck(carrier)
    assignment = make_assignment(truck=truck, driver=make_driver(carrier))
    pack = make_pack(truck.model.pack_type, slot=assignment.station.slots.first())
    hold = make_hold(assignment, pack)
    TruckSight.objects.create(
        truck=truck,
        operator=assignment.station.operator,
        during=since(NOW),
        assignment_id=assignment.pk,
    )
    later = NOW + timedelta(seconds=30)

    moved = move_assignment(
        assignment_id=assignment.pk, to="declined", now=later, reason="too_far", by=make_user()
    )

    assert (moved.ended_at, moved.end_reason) == (later, "too_far")
    hold.refresh_from_db()
    assert not hold.is_live
    assert TruckSight.objects.get(assignment_id=assignment.pk).during.upper == later
    assert not Downlink.objects.filter(truck=truck).exists()
    assert DriverNotice.objects.get(assignment=assignment).kind == "ended"
    job = Job.objects.get(name="dispatch.run_plan")
    assert (job.name, job.queue, job.payload["region_id"]) == (
        "dispatch.run_plan",
        "plan",
        assignment.region_id,
    )


def test_who_and_why_are_in_the_history() -> None:
    assignment, dispatcher = make_assignment(), make_user()

    move_assignment(
        assignment_id=assignment.pk, to="cancelled", now=NOW, reason="fog", by=dispatcher
    )

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.metadata FROM dispatch_swapassignmentevent e"
            " JOIN pghistory_context c ON c.id = e.pgh_context_id"
            " WHERE e.pgh_obj_id = %s AND e.state = 'cancelled'",
            [assignment.pk],
        )
        [(metadata,)] = cursor.fetchall()
    assert '"fog"' in str(metadata).replace("'", '"')
    assert str(dispatcher.pk) in str(metadata)


def test_refusals_have_codes() -> None:
    assignment = make_assignment()

    with pytest.raises(NotAllowedNowError) as not_now:
        move_assignment(assignment_id=assignment.pk, to="done", now=NOW)
    with pytest.raises(StaleVersionError) as stale:
        move_assignment(assignment_id=assignment.pk, to="accepted", now=NOW, expected_version=7)
    with pytest.raises(OfferExpiredError) as expired:
        move_assignment(assignment_id=assignment.pk, to="accepted", now=NOW + timedelta(hours=1))

    assert (not_now.value.code, not_now.value.state) == ("not_allowed_now", "offered")
    assert (stale.value.code, stale.value.version) == ("stale_version", 1)
    assert expired.value.code == "offer_expired"
    assignment.refresh_from_db()
    assert (assignment.state, assignment.version) == ("offered", 1)


@given(path=st.lists(st.sampled_from(STATES), min_size=1, max_size=8))
def test_any_walk_keeps_to_the_table(db: None, path: list[str]) -> None:
    """Through the service and by raw SQL alike, only moves of the table happen."""
    with transaction.atomic():
        assignment = make_assignment()
        state, version = "offered", 1
        for to in path:
            allowed = to in MOVES[state]
            assert _raw_move_happens(assignment.pk, to) == (allowed or to == state)
            if allowed:
                move_assignment(assignment_id=assignment.pk, to=to, now=NOW)
                state, version = to, version + 1
            else:
                with pytest.raises(NotAllowedNowError) as refusal:
                    move_assignment(assignment_id=assignment.pk, to=to, now=NOW)
                assert refusal.value.state == state
            assignment.refresh_from_db()
            assert (assignment.state, assignment.version) == (state, version)
            assert (assignment.ended_at is not None) == (state in ENDED)
        transaction.set_rollback(True)


def _raw_move_happens(pk: int, to: str) -> bool:
    """Try the move by SQL and take it back."""
    ended = "now()" if to in ENDED else "NULL"
    before = transaction.savepoint_create()
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE dispatch_swapassignment SET state = %s, ended_at = {ended} WHERE id = %s",
                [to, pk],
            )
    except Error:
        return False
    finally:
        transaction.savepoint_rollback(before)
    return True


def test_every_useful_end_plans_again() -> None:
    for to in sorted(REPLAN_AFTER):
        state = next(state for state in LIVE if to in MOVES[state])
        assignment = make_assignment(state=state)
        before = Job.objects.filter(name="dispatch.run_plan").count()
        move_assignment(assignment_id=assignment.pk, to=to, now=NOW)
        assert Job.objects.filter(name="dispatch.run_plan").count() == before + 1, to
        assert Job.objects.filter(
            name="dispatch.plan_one_truck", payload__truck_id=assignment.truck_id
        ).exists()
        assert SwapAssignment.objects.get(pk=assignment.pk).state == to
