"""What breaks each rule of what is decided."""

from datetime import timedelta
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.models import (
    Ban,
    ChargeWindow,
    DraftEdit,
    DriverAction,
    DriverNotice,
    NoticeDelivery,
    PackHold,
    PlanDraft,
    PlanRun,
    PowerCap,
    Quarantine,
    RoadBook,
    RoadLeg,
    Shuttle,
    SwapAssignment,
    Trip,
)
from fleet.models import Slot, SwapStation, Truck
from tests.builders import (
    NOW,
    make_assignment,
    make_driver,
    make_hold,
    make_operator,
    make_pack,
    make_pack_type,
    make_place,
    make_region,
    make_station,
    make_truck,
    make_truck_model,
    make_user,
    since,
)
from tests.integration.rules.rule import Rule, Statement, change, twin


def _run() -> PlanRun:
    return PlanRun.objects.create(region=make_region(), cause="rules", started_at=NOW)


def _quarantine() -> Quarantine:
    return Quarantine.objects.create(region=make_region(), digest="d", failures=3, opened_at=NOW)


def _ban() -> Ban:
    return Ban.objects.create(truck=make_truck(), station=make_station(), until=NOW, reason="no")


def _draft() -> PlanDraft:
    return PlanDraft.objects.create(region=make_region(), user=make_user(), phase_at=NOW)


def _edit(**fields: object) -> DraftEdit:
    values = {"kind": "pin", "truck": make_truck(), "made_at": NOW, **fields}
    return DraftEdit.objects.create(draft=_draft(), **values)


def _road_book() -> RoadBook:
    return RoadBook.objects.create(engine="osrm", map_version="1", truck="h4", used_at=NOW)


def _road_leg() -> RoadLeg:
    values = {"crow_m": 900, "distance_m": 1200, "travel_s": 90, "asked_at": NOW}
    return RoadLeg.objects.create(book=_road_book(), start_cell=1, end_cell=2, finding=0, **values)


def _shuttle() -> Shuttle:
    region = make_region()
    return Shuttle.objects.create(
        carrier=make_operator(),
        truck=make_truck(),
        origin=make_place(region),
        destination=make_place(region),
    )


def _trip(**fields: object) -> Trip:
    region = make_region()
    return Trip.objects.create(
        **{
            "carrier": make_operator(),
            "external_id": "T1",
            "truck": make_truck(),
            "origin": make_place(region),
            "destination": make_place(region),
            "ready_at": NOW,
            **fields,
        }
    )


def _promises(
    station: SwapStation | None = None, truck: Truck | None = None
) -> tuple[SwapAssignment, SwapAssignment]:
    """Return two promises at the same time; at one station, in two lanes."""
    first = make_assignment(truck, station)
    if station is None:
        return first, make_assignment()
    return first, make_assignment(None, station, lane=station.lanes.last())


def _two_in_a_lane() -> Statement:
    first, second = _promises()
    return change(second, lane_id=first.lane_id)


def _truck_in_two_lanes() -> Statement:
    first, second = _promises()
    return change(second, truck_id=first.truck_id)


def _two_on_a_trip() -> Statement:
    first, second = _promises()
    trip = _trip()
    SwapAssignment.objects.filter(pk=first.pk).update(trip=trip)
    return change(second, trip_id=trip.pk)


def _one_code_twice() -> Statement:
    first, second = _promises(make_station(lanes=2))
    return change(second, check_in_code=first.check_in_code)


def _holds(positions: int = 1) -> tuple[PackHold, PackHold]:
    """Return two holds of packs that fit: of one promise if its truck has two positions."""
    kind = make_pack_type()
    model = make_truck_model(kind, pack_positions=positions)
    first = make_assignment(make_truck(model=model))
    second = first if positions == 2 else make_assignment(make_truck(model=model))
    return make_hold(first, make_pack(kind)), make_hold(second, make_pack(kind), positions)


def _pack_promised_twice() -> Statement:
    first, second = _holds()
    return change(second, pack_id=first.pack_id)


def _two_packs_for_a_position() -> Statement:
    _, second = _holds(positions=2)
    return change(second, position=1)


def _pack_that_does_not_fit() -> Statement:
    first, _ = _holds()
    return change(first, pack_id=make_pack().pk)


def _window() -> ChargeWindow:
    slot = Slot.objects.get(station=make_station(slots=1))
    return ChargeWindow.objects.create(
        slot=slot, pack=make_pack(slot=slot), during=since(NOW), power_w=1000
    )


def _cap() -> PowerCap:
    return PowerCap.objects.create(
        station=make_station(),
        during=DateTimeTZRange(NOW, NOW + timedelta(hours=1)),
        limit_kw=300,
        truck_minutes=2.5,
        reason="grid",
    )


def _action() -> DriverAction:
    return DriverAction.objects.create(
        driver=make_driver(make_operator()),
        action_id=UUID(int=1),
        kind="accept",
        received_at=NOW,
        status=200,
        answer={},
    )


def _notice(**fields: object) -> DriverNotice:
    driver = make_driver(make_operator())
    return DriverNotice.objects.create(driver=driver, kind="offered", created_at=NOW, **fields)


def _delivery() -> NoticeDelivery:
    return NoticeDelivery.objects.create(notice=_notice(), channel="sms", key="k", at=NOW)


DRAFT = "dispatch_plandraft"
ASSIGNMENT = "dispatch_swapassignment"
DISPATCH = [
    Rule("dispatch_road_book_is_unique", "dispatch_roadbook", lambda: twin(_road_book())),
    Rule(
        "dispatch_road_leg_is_a_way_or_says_why_not",
        "dispatch_roadleg",
        lambda: Statement(
            "UPDATE dispatch_roadleg SET finding = 1 WHERE book_id = %s", [_road_leg().book_id]
        ),
    ),
    Rule(
        "dispatch_plan_run_has_a_known_state", "dispatch_planrun", lambda: change(_run(), state="x")
    ),
    Rule("dispatch_truck_is_banned_once_a_station", "dispatch_ban", lambda: twin(_ban())),
    Rule("dispatch_truck_runs_one_shuttle", "dispatch_shuttle", lambda: twin(_shuttle())),
    Rule(
        "dispatch_shuttle_goes_somewhere",
        "dispatch_shuttle",
        lambda: change(row := _shuttle(), destination_id=row.origin_id),
    ),
    Rule("dispatch_trip_is_ordered_once", "dispatch_trip", lambda: twin(_trip())),
    Rule(
        "dispatch_truck_is_on_one_trip",
        "dispatch_trip",
        lambda: twin(_trip(state="underway"), external_id="T2"),
    ),
    Rule(
        "dispatch_trip_goes_somewhere",
        "dispatch_trip",
        lambda: change(row := _trip(), destination_id=row.origin_id),
    ),
    Rule(
        "dispatch_trip_is_due_after_it_may_leave",
        "dispatch_trip",
        lambda: change(_trip(), due_at=NOW - timedelta(seconds=1)),
    ),
    Rule("dispatch_trip_has_a_known_state", "dispatch_trip", lambda: change(_trip(), state="lost")),
    Rule("dispatch_lane_takes_one_truck_at_a_time", ASSIGNMENT, _two_in_a_lane),
    Rule("dispatch_truck_is_in_one_lane_at_a_time", ASSIGNMENT, _truck_in_two_lanes),
    Rule("dispatch_one_live_swap_a_trip", ASSIGNMENT, _two_on_a_trip),
    Rule("dispatch_check_in_code_opens_one_swap", ASSIGNMENT, _one_code_twice),
    Rule(
        "dispatch_assignment_has_a_known_state",
        ASSIGNMENT,
        lambda: twin(make_assignment(), state="lost", ended_at=NOW),
    ),
    Rule(
        "dispatch_assignment_ends_when_it_is_over",
        ASSIGNMENT,
        lambda: change(make_assignment(), ended_at=NOW),
    ),
    Rule(
        "moves_along_the_table",
        ASSIGNMENT,
        lambda: change(make_assignment(), state="done", ended_at=NOW),
        "moves_along_the_table",
        "Invalid transition",
    ),
    Rule("dispatch_pack_is_promised_once_at_a_time", "dispatch_packhold", _pack_promised_twice),
    Rule("dispatch_position_gets_one_pack", "dispatch_packhold", _two_packs_for_a_position),
    Rule(
        "dispatch_pack_fits_the_swap", "dispatch_packhold", _pack_that_does_not_fit, "fits_the_swap"
    ),
    Rule(
        "dispatch_slot_charges_at_one_power_at_a_time",
        "dispatch_chargewindow",
        lambda: twin(_window(), power_w=2000),
    ),
    Rule(
        "dispatch_station_has_one_cap_at_a_time",
        "dispatch_powercap",
        lambda: twin(_cap(), limit_kw=200),
    ),
    Rule(
        "dispatch_power_cap_begins_and_ends",
        "dispatch_powercap",
        lambda: change(_cap(), during=since(NOW)),
    ),
    Rule("dispatch_power_cap_has_a_reason", "dispatch_powercap", lambda: change(_cap(), reason="")),
    Rule(
        "dispatch_input_is_quarantined_once",
        "dispatch_quarantine",
        lambda: twin(_quarantine(), failures=4),
    ),
    Rule(
        "dispatch_quarantine_is_lifted_with_a_reason",
        "dispatch_quarantine",
        lambda: change(_quarantine(), lifted_at=NOW),
    ),
    Rule(
        "dispatch_seen_news_climbs_no_more",
        "dispatch_drivernotice",
        lambda: change(_notice(look_at=NOW), seen_at=NOW),
    ),
    Rule(
        "dispatch_attempt_is_made_once",
        "dispatch_noticedelivery",
        lambda: twin(_delivery(), outcome="sent", done_at=NOW),
    ),
    Rule(
        "dispatch_one_attempt_a_channel_at_a_time",
        "dispatch_noticedelivery",
        lambda: twin(_delivery(), attempt=2),
    ),
    Rule(
        "dispatch_attempt_ends_with_an_outcome",
        "dispatch_noticedelivery",
        lambda: change(_delivery(), outcome="sent"),
    ),
    Rule("dispatch_one_draft_a_person_and_region", DRAFT, lambda: twin(_draft())),
    Rule("dispatch_draft_has_a_known_phase", DRAFT, lambda: change(_draft(), phase="x")),
    Rule(
        "dispatch_draft_is_solved_after_it_is_made",
        DRAFT,
        lambda: change(_draft(), solved_revision=1),
    ),
    Rule(
        "dispatch_edit_says_what_its_kind_needs",
        "dispatch_draftedit",
        lambda: change(_edit(), until=NOW),
    ),
    Rule("dispatch_draft_has_one_place_a_truck", "dispatch_draftedit", lambda: twin(_edit())),
    Rule(
        "dispatch_draft_forbids_a_station_once",
        "dispatch_draftedit",
        lambda: twin(_edit(kind="forbid", station=make_station(), until=NOW)),
    ),
    Rule("dispatch_driver_action_happens_once", "dispatch_driveraction", lambda: twin(_action())),
]
