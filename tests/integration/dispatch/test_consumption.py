"""Reports become what is known of a truck, and that becomes another plan."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config.celery import app
from dispatch.models import Trip, TruckConsumption
from dispatch.planning.consumption import Burden, drive_parts_wh
from dispatch.planning.learning import P90, PRIOR_MEAN, predict_wh
from dispatch.planning.travel import GreatCircleTravel
from dispatch.selectors.consumption import vehicle_of
from dispatch.services.consumption.learn import (
    GRACE,
    LEARN_TASK,
    LOOK_EVERY,
    learn_consumption,
    learn_truck,
)
from dispatch.services.consumption.reset import reset_consumption
from dispatch.snapshot import TruckAhead, take_snapshot
from dispatch.tasks import SCHEDULE
from fleet.models import Truck
from fleet.services.packs import Custody, install_on_truck, take_into_transport
from telematics.models import Device, DeviceKey, TruckReport, TruckState
from tests.builders import NOW, make_device, make_pack, make_user
from tests.obu import post, report, verdicts
from tests.scenes import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
TRAVEL = GreatCircleTravel()
STEP_S, REST_S, DRIVE_S = 30, 600, 3600
KM = 60.0
GROSS_KG = 42_000.0
CAPACITY_WH = 282_000.0


def sheet_wh(truck: Truck) -> float:
    """Return what an hour at 60 km/h takes by the data sheet."""
    return float(parts_of(truck) @ PRIOR_MEAN)


def parts_of(truck: Truck) -> Any:
    curb_kg = float(truck.model.curb_mass_kg)
    burden = Burden(curb_kg=curb_kg, load_kg=GROSS_KG - curb_kg, temperature_c=5.0)
    way = {"distance_m": KM * 1e3, "travel_s": DRIVE_S + 2 * STEP_S}
    return drive_parts_wh(vehicle_of(truck.model), burden, **way)


def hauls(
    truck: Truck, *, count: int, thirst: float, ends_s_ago: float = 0.0, **more: Any
) -> list[dict[str, Any]]:
    """Return the reports of hauls with a rest, and other packs, between them."""
    spent, round_s = 100.0 * thirst * sheet_wh(truck) / CAPACITY_WH, REST_S + DRIVE_S
    first_s = ends_s_ago + count * round_s + REST_S
    rows = []
    for n in range(int((count * round_s + REST_S) / STEP_S)):
        number, at_s = divmod(n * STEP_S, round_s)
        share = min(max(0.0, (at_s - REST_S) / DRIVE_S), 1.0)
        speed_kmh = 60.0 if 0.0 < share < 1.0 else 0.0
        km = KM * (number + share if number < count else count)
        fields = {
            "odometer_km": round(1_000.0 + km, 2),
            "latitude_deg": 39.0 + (km if number % 2 == 0 else -km) % KM / 111.2,
            "longitude_deg": 118.5,
            "soc_percent": round(95.0 - spent * share, 1),
            "speed_kmh": speed_kmh,
            "ambient_temperature_c": 5.0,
            "gross_mass_kg": GROSS_KG,
            "pack_codes": [f"TSTPB01A000000G3A9{number:06d}"],
            **more,
        }
        rows.append(report(n + 1, first_s - n * STEP_S, **fields))
    return rows


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.add_station(39.05)
    scene.add_truck(soc_percent=60)
    return scene


def tell(scene: Scene, **values: Any) -> None:
    """Let the truck report hauls, the last of which ended long enough ago."""
    [truck] = scene.trucks
    grace_s = GRACE.total_seconds() + 60
    body = hauls(truck, **{"count": 5, "thirst": 1.25, "ends_s_ago": grace_s, **values})
    assert set(verdicts(post(make_device(truck=truck), body))) <= {"late", "stored"}


def consumption() -> TruckConsumption:
    return TruckConsumption.objects.get()


def kwh_per_km(truck: Truck) -> tuple[float, float]:
    """Return what is known of an hour's haul, and what the data sheet says."""
    known = predict_wh(consumption().learnt, parts_of(truck))[0]
    return float(known) / KM / 1e3, sheet_wh(truck) / KM / 1e3


def ahead_of(scene: Scene) -> TruckAhead:
    [ahead] = take_snapshot(scene.region, now=NOW, travel=TRAVEL).on_shift.values()
    return ahead


def test_drives_in_the_database_become_a_figure_and_another_plan(scene: Scene) -> None:
    [truck] = scene.trucks
    tell(scene)
    unlearnt = ahead_of(scene)

    assert learn_consumption(now=NOW) == 5

    row = consumption()
    assert (row.drives, row.odd_drives, len(row.recent)) == (5, 0, 5)
    assert row.distance_m == pytest.approx(5 * KM * 1e3, rel=0.02)
    known, sheet = kwh_per_km(truck)
    assert known == pytest.approx(1.25 * sheet, rel=0.03)
    learnt = ahead_of(scene)
    assert learnt.legs[0].need.mean_wh == pytest.approx(
        1.25 * unlearnt.legs[0].need.mean_wh, rel=0.04
    )
    assert learnt.legs[0].need.sd_wh < 0.8 * unlearnt.legs[0].need.sd_wh
    assert learnt.needed_wh > unlearnt.needed_wh
    way, before = (next(iter(each.ways.values())) for each in (learnt, unlearnt))
    assert way.to.energy_wh > before.to.energy_wh
    assert way.arrival_wh < before.arrival_wh
    [planned] = take_snapshot(scene.region, now=NOW, travel=TRAVEL).problem.trucks
    assert {detour.to_sd_wh for detour in planned.detours} == {
        each.arrival_sd_wh for each in learnt.ways.values()
    }
    assert all(detour.to_sd_wh > 0 for detour in planned.detours)


def test_the_margin_of_an_unlearnt_truck_is_that_of_nine_days_in_ten(scene: Scene) -> None:
    ahead = ahead_of(scene)
    for leg in ahead.legs:
        assert leg.energy_wh == pytest.approx(1.15 * leg.need.mean_wh, rel=0.03)


def test_when_the_reserve_is_met_has_an_early_and_a_late_tenth(scene: Scene) -> None:
    [truck] = scene.trucks
    TruckState.objects.filter(truck=truck).update(soc_percent=45.0)
    ahead = ahead_of(scene)
    late, middle, early = (ahead.meets_reserve_in_s(sds=sds) for sds in (-P90, 0.0, P90))
    assert middle is not None
    assert early is not None
    assert early < middle
    assert late is None or middle < late
    planned = ahead.needs_swap_in_s()
    assert planned is not None
    assert planned <= early + 1
    TruckState.objects.filter(truck=truck).update(soc_percent=100.0)
    assert ahead_of(scene).meets_reserve_in_s(sds=-5.0) is None


def test_a_round_again_and_a_second_worker_learn_nothing_twice(scene: Scene) -> None:
    tell(scene)
    learn_consumption(now=NOW - timedelta(hours=3))
    stale = consumption()
    first = stale.drives
    assert 0 < first < 5
    assert learn_consumption(now=NOW) == 5 - first
    done = consumption()
    assert learn_truck(stale, now=NOW) == 0
    assert learn_consumption(now=NOW) == 0
    assert learn_consumption(now=NOW + LOOK_EVERY) == 0
    again = consumption()
    assert (again.drives, again.distance_m, again.mean) == (5, done.distance_m, done.mean)
    whole = done.mean
    reset_consumption(done.pk, reason="test", by=None, now=NOW - timedelta(days=1))
    assert learn_consumption(now=NOW + 2 * LOOK_EVERY) == 5
    assert consumption().mean == pytest.approx(whole)


def test_reports_sent_twice_or_too_late_change_nothing(scene: Scene) -> None:
    [truck] = scene.trucks
    tell(scene)
    learn_consumption(now=NOW)
    before = consumption()
    body = hauls(truck, count=5, thirst=1.25, ends_s_ago=GRACE.total_seconds() + 60)
    device = Device.objects.get(truck=truck)
    DeviceKey.objects.filter(device=device).delete()
    assert set(verdicts(post(device, body))) == {"duplicate"}
    for row in body:
        row["seq"], row["soc_percent"] = row["seq"] + 10_000, 99.0
    assert set(verdicts(post(device, body))) == {"late"}
    assert learn_consumption(now=NOW + LOOK_EVERY) == 0
    assert consumption().mean == before.mean


def test_a_truck_that_was_silent_for_a_day_is_learnt_from_again(scene: Scene) -> None:
    [truck] = scene.trucks
    body = hauls(truck, count=1, thirst=1.1, ends_s_ago=30 * 3_600)
    body += hauls(truck, count=1, thirst=1.1, ends_s_ago=GRACE.total_seconds() + 60)
    for number, row in enumerate(body, 1):
        row["seq"] = number
    post(make_device(truck=truck), body)
    rounds = [learn_consumption(now=NOW + k * LOOK_EVERY) for k in range(5)]
    assert sum(rounds) == 2
    assert rounds[0] == 1


def test_a_swap_only_the_ledger_knows_is_not_taken_for_a_drive(scene: Scene) -> None:
    """The unit tells no pack codes, and the charge after the swap is lower than before."""
    [truck] = scene.trucks
    grace_s = GRACE.total_seconds() + 60
    body = hauls(truck, count=1, thirst=1.0, ends_s_ago=grace_s, pack_codes=None)
    half = len(body) // 2
    for row in body[half:]:
        row["soc_percent"] = round(row["soc_percent"] - 30.0, 1)
    swapped_at = NOW - timedelta(seconds=grace_s + (len(body) - half) * STEP_S + 10)
    took, gave = make_pack(scene.pack_type), scene.pack_on(truck)
    custody = Custody(at=swapped_at, reason="test")
    take_into_transport(gave.pk, custody=custody)
    install_on_truck(took.pk, truck_id=truck.pk, position=1, custody=custody)
    post(make_device(truck=truck), body)
    assert learn_consumption(now=NOW) == 2
    assert consumption().odd_drives == 0
    known, sheet = kwh_per_km(truck)
    assert known == pytest.approx(sheet, rel=0.04)


def test_marked_reports_are_left_out(scene: Scene) -> None:
    [truck] = scene.trucks
    tell(scene, count=2, thirst=1.0)
    TruckReport.objects.filter(truck=truck).update(marks=16)
    assert learn_consumption(now=NOW) == 0
    assert consumption().drives == 0


def test_loads_are_told_by_trips_or_not_known(scene: Scene) -> None:
    """The trip of the scene has 31 t; without it, any load is as likely: less is learnt."""
    [truck] = scene.trucks

    Trip.objects.filter(truck=truck, state="underway").update(left_at=NOW - timedelta(hours=20))
    tell(scene, count=3, thirst=1.0, gross_mass_kg=None)
    learn_consumption(now=NOW)
    told, sheet = kwh_per_km(truck)
    assert told == pytest.approx(sheet, rel=0.03)
    with_trip = consumption().learnt.covariance.trace()
    Trip.objects.filter(truck=truck).update(left_at=None)
    reset_consumption(truck.pk, reason="test", by=None, now=NOW - timedelta(days=1))
    learn_consumption(now=NOW + LOOK_EVERY)
    assert consumption().drives == 3
    assert consumption().learnt.covariance.trace() > with_trip


def test_a_reset_forgets_and_does_not_learn_the_past_again(scene: Scene) -> None:
    [truck] = scene.trucks
    tell(scene)
    unlearnt = ahead_of(scene).needed_wh
    learn_consumption(now=NOW)
    stale = consumption()
    user = make_user(scene.carrier)
    assert reset_consumption(truck.pk, reason="new trailer", by=user, now=NOW)
    row = consumption()
    assert (row.drives, row.reset_reason, row.reset_by) == (0, "new trailer", user)
    assert ahead_of(scene).needed_wh == unlearnt
    assert learn_truck(stale, now=NOW + LOOK_EVERY) == 0
    assert learn_consumption(now=NOW + LOOK_EVERY) == 0


def test_what_other_parts_taught_is_void(scene: Scene) -> None:
    tell(scene)
    unlearnt = ahead_of(scene).needed_wh
    learn_consumption(now=NOW)
    TruckConsumption.objects.update(formula=0)
    assert ahead_of(scene).needed_wh == unlearnt


def test_the_schedule_rings_for_it() -> None:
    assert LEARN_TASK in {tick.name for tick in SCHEDULE}
    assert LEARN_TASK in app.tasks


def test_the_page_shows_what_is_known_and_lets_it_be_learnt_anew(scene: Scene) -> None:
    [truck] = scene.trucks
    tell(scene)
    learn_consumption(now=NOW)
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_user(scene.carrier))
    listed = client.get("/admin/dispatch/truckconsumption/").content.decode()
    assert truck.plate in listed
    page = client.get(f"/admin/dispatch/truckconsumption/{truck.pk}/change/").content.decode()
    assert "regional road" in page
    assert "+25" in page or "+24" in page or "+26" in page
    assert all(str(drive["km"]) in page for drive in consumption().recent)
    url = "/admin/dispatch/truckconsumption/"
    chosen = {"action": "reset", "_selected_action": [truck.pk], "index": 0}
    asked = client.post(url, chosen)
    assert "Why" in asked.content.decode()
    assert consumption().drives == 5
    client.post(url, {**chosen, "reason": "new trailer"})
    assert (consumption().drives, consumption().reset_reason) == (0, "new trailer")
    auditor = make_user(scene.carrier, "auditor")
    client.force_login(auditor)
    client.post(url, {**chosen, "reason": "not mine to do"})
    assert consumption().reset_reason == "new trailer"
