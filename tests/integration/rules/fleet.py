"""What breaks each rule of the registry."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange, NumericRange

from fleet.models import (
    Closure,
    Job,
    Lane,
    OpeningHours,
    PackMove,
    SavedView,
    Shift,
    Slot,
    Tariff,
    TariffPeriod,
    TruckTenure,
)
from tests.builders import (
    NOW,
    make_driver,
    make_operator,
    make_pack,
    make_pack_type,
    make_place,
    make_region,
    make_shift,
    make_station,
    make_truck,
    make_truck_model,
    make_user,
    since,
)
from tests.integration.rules.rule import Rule, Statement, change, twin

EMPTY = DateTimeTZRange(empty=True)


def _tenure() -> TruckTenure:
    return TruckTenure.objects.filter(truck=make_truck()).first() or TruckTenure()


def _shift() -> Shift:
    carrier = make_operator()
    return make_shift(make_driver(carrier), make_truck(carrier))


def _job() -> Job:
    return Job.objects.create(name="rules", key="once")


def _period() -> TariffPeriod:
    return TariffPeriod.objects.create(
        tariff=Tariff.objects.create(code="grid", name="Grid", source="notice 1"),
        valid=DateRange(date(2026, 1, 1), None),
        month=11,
        minutes=NumericRange(0, 480),
        level="valley",
        price_cny_per_kwh="0.3",
    )


def _hours() -> OpeningHours:
    return OpeningHours.objects.create(
        station=make_station(), weekday=0, opens_at=time(6), closes_at=time(22)
    )


def _closure() -> Closure:
    return Closure.objects.create(station=make_station(), during=since(), reason="repair")


def _lane() -> Lane:
    return Lane.objects.get(station=make_station(lanes=1))


def _view(**fields: Any) -> SavedView:
    values = {"owner": make_user(), "listing": "fleet.truck", "name": "mine", **fields}
    return SavedView.objects.create(**values)


def _slot() -> Slot:
    return Slot.objects.get(station=make_station(slots=1))


def _second_pack_in_a_slot() -> Statement:
    slot = _slot()
    make_pack(slot=slot)
    return change(make_pack(), whereabouts="slot", slot_id=slot.pk)


def _second_pack_in_a_position() -> Statement:
    pack = make_pack(kind := make_pack_type(), truck=make_truck(model=make_truck_model(kind)))
    return change(make_pack(kind), whereabouts="truck", truck_id=pack.truck_id, position=1)


def _pack_of_another_type() -> Statement:
    return change(make_pack(), whereabouts="truck", truck_id=make_truck().pk, position=1)


def _ledger_row() -> PackMove:
    return PackMove.objects.get(pack=make_pack())


FLEET = [
    Rule(
        "fleet_place_is_on_earth",
        "fleet_place",
        lambda: change(make_place(make_region()), latitude_deg=91),
    ),
    Rule(
        "fleet_place_has_a_known_kind",
        "fleet_place",
        lambda: change(make_place(make_region()), kind="moon"),
    ),
    Rule(
        "fleet_operator_has_a_known_kind",
        "fleet_operator",
        lambda: change(make_operator(), kind="bank"),
    ),
    Rule(
        "fleet_user_belongs_to_an_operator",
        "fleet_user",
        lambda: change(make_user(), operator_id=None),
    ),
    Rule("fleet_user_has_a_known_role", "fleet_user", lambda: change(make_user(), role="king")),
    Rule(
        "fleet_driver_is_no_staff",
        "fleet_user",
        lambda: change(make_user(role="driver"), is_staff=True),
    ),
    Rule("fleet_truck_model_is_unique", "fleet_truckmodel", lambda: twin(make_truck_model())),
    Rule(
        "fleet_truck_model_has_one_to_three_pack_positions",
        "fleet_truckmodel",
        lambda: change(make_truck_model(), pack_positions=4),
    ),
    Rule(
        "fleet_truck_model_can_carry_a_load",
        "fleet_truckmodel",
        lambda: change(make_truck_model(), gross_mass_kg=11_000),
    ),
    Rule(
        "fleet_truck_model_has_a_size",
        "fleet_truckmodel",
        lambda: change(make_truck_model(), height_m=0.0),
    ),
    Rule(
        "fleet_truck_model_stands_on_several_axles",
        "fleet_truckmodel",
        lambda: change(make_truck_model(), axle_load_kg=49_001),
    ),
    Rule(
        "fleet_truck_vin_is_well_formed", "fleet_truck", lambda: change(make_truck(), vin="O" * 17)
    ),
    Rule(
        "fleet_truck_reserve_leaves_energy",
        "fleet_truck",
        lambda: change(make_truck(), reserve_percent=61),
    ),
    Rule(
        "fleet_truck_has_one_owner_and_one_carrier_at_a_time",
        "fleet_trucktenure",
        lambda: twin(_tenure(), operator_id=make_operator().pk),
    ),
    Rule("fleet_tenure_has_a_known_role", "fleet_trucktenure", lambda: change(_tenure(), role="x")),
    Rule("fleet_tenure_lasts", "fleet_trucktenure", lambda: change(_tenure(), during=EMPTY)),
    Rule(
        "fleet_driver_is_on_one_shift",
        "fleet_shift",
        lambda: twin(_shift(), truck_id=make_truck().pk),
    ),
    Rule(
        "fleet_truck_is_on_one_shift",
        "fleet_shift",
        lambda: twin(_shift(), driver_id=make_driver(make_operator()).pk),
    ),
    Rule(
        "fleet_shift_ends_after_it_starts",
        "fleet_shift",
        lambda: change(_shift(), ended_at=NOW - timedelta(seconds=1)),
    ),
    Rule("fleet_job_is_promised_once", "fleet_job", lambda: twin(_job())),
    Rule("fleet_job_has_a_known_state", "fleet_job", lambda: change(_job(), state="lost")),
    Rule(
        "fleet_tariff_has_one_price_at_a_time",
        "fleet_tariffperiod",
        lambda: twin(_period(), minutes=NumericRange(479, 600)),
    ),
    Rule(
        "fleet_tariff_period_is_within_a_day",
        "fleet_tariffperiod",
        lambda: change(_period(), minutes=NumericRange(0, 1441)),
    ),
    Rule(
        "fleet_station_is_on_earth",
        "fleet_swapstation",
        lambda: change(make_station(), longitude_deg=-181),
    ),
    Rule(
        "fleet_station_has_power",
        "fleet_swapstation",
        lambda: change(make_station(), power_limit_kw=0),
    ),
    Rule(
        "fleet_station_closes_after_opening",
        "fleet_openinghours",
        lambda: change(_hours(), closes_at=time(6)),
    ),
    Rule(
        "fleet_opening_hours_on_a_weekday",
        "fleet_openinghours",
        lambda: change(_hours(), weekday=7),
    ),
    Rule("fleet_view_has_its_own_name", "fleet_savedview", lambda: twin(_view())),
    Rule(
        "fleet_one_view_opens_first",
        "fleet_savedview",
        lambda: twin(_view(is_default=True), name="other"),
    ),
    Rule("fleet_view_has_a_name", "fleet_savedview", lambda: change(_view(), name="")),
    Rule("fleet_lane_is_unique", "fleet_lane", lambda: twin(_lane())),
    Rule("fleet_lane_swaps_in_minutes", "fleet_lane", lambda: change(_lane(), swap_s=59)),
    Rule("fleet_slot_is_unique", "fleet_slot", lambda: twin(_slot())),
    Rule(
        "fleet_slot_is_blocked_for_a_reason",
        "fleet_slot",
        lambda: change(_slot(), is_blocked=True),
    ),
    Rule(
        "fleet_slot_in_use_is_blocked_since_never",
        "fleet_slot",
        lambda: change(_slot(), blocked_at=NOW),
    ),
    Rule("fleet_closure_has_a_reason", "fleet_closure", lambda: change(_closure(), reason="")),
    Rule("fleet_closure_lasts", "fleet_closure", lambda: change(_closure(), during=EMPTY)),
    Rule(
        "fleet_pack_type_holds_energy",
        "fleet_packtype",
        lambda: change(make_pack_type(), capacity_wh=0),
    ),
    Rule(
        "fleet_pack_is_in_exactly_one_place",
        "fleet_pack",
        lambda: change(make_pack(slot=_slot()), slot_id=None),
    ),
    Rule("fleet_slot_holds_one_pack", "fleet_pack", _second_pack_in_a_slot),
    Rule("fleet_pack_position_holds_one_pack", "fleet_pack", _second_pack_in_a_position),
    Rule(
        "fleet_pack_soh_is_a_percentage",
        "fleet_pack",
        lambda: change(make_pack(), soh_percent=100.5),
    ),
    Rule("fleet_pack_fits_its_truck", "fleet_pack", _pack_of_another_type, "fits_its_truck"),
    Rule(
        "ledger_is_append_only",
        "fleet_packmove",
        lambda: change(_ledger_row(), moved_at=datetime(2027, 1, 1, tzinfo=UTC)),
        "ledger_is_append_only",
        "Cannot update or delete rows from fleet_packmove",
    ),
]
