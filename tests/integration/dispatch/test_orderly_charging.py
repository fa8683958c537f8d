"""Stations buy energy when it is cheap, unless a truck needs it sooner; caps have a price first."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange, NumericRange
from django.test import Client
from django.urls import reverse

from dispatch.models import ChargeWindow, PowerCap, SwapAssignment
from dispatch.selectors.charge_picture import charge_picture
from dispatch.selectors.demand import expected_demand
from dispatch.selectors.readiness import FULL_BEFORE_SWAP, pack_ready_at
from dispatch.selectors.tariffs import station_prices
from dispatch.services.charging.demand_response import (
    CapRefusedError,
    accept_cap,
    lift_cap,
    quote_cap,
)
from dispatch.services.charging.plan import plan_charging
from fleet.models import Job, Pack, SwapStation, Tariff, TariffPeriod, User
from tests.builders import NOW, make_assignment, make_operator, make_truck, make_user
from tests.integration.dispatch.station_day import MINUTE, StationDay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
HOUR = timedelta(hours=1)
# NOW is 16:00 in Tangshan.
HOURS = ((0, 7, "0.2"), (7, 16, "0.6"), (16, 22, "1.1"), (22, 24, "0.6"))


def make_tariff(station: SwapStation) -> None:
    tariff = Tariff.objects.create(code=f"grid-{station.pk}", name="Grid", source="notice")
    for start, end, price in HOURS:
        TariffPeriod.objects.create(
            tariff=tariff,
            valid=DateRange(date(2026, 1, 1), None),
            month=NOW.month,
            minutes=NumericRange(60 * start, 60 * end),
            level="flat",
            price_cny_per_kwh=Decimal(price),
        )
    SwapStation.objects.filter(pk=station.pk).update(tariff=tariff)


def done_swaps(day: StationDay, *, hours_ago: list[int]) -> None:
    """Put finished swaps into the station's past."""
    for ago in hours_ago:
        swap = make_assignment(
            make_truck(make_operator(), model=day.model, region=day.station.region),
            day.station,
            start=NOW - ago * HOUR,
        )
        SwapAssignment.objects.filter(pk=swap.pk).delete()
        swap.state, swap.ended_at = "done", NOW - ago * HOUR
        swap.save(force_insert=True)


@pytest.fixture
def day() -> StationDay:
    """One station with a tariff and a quiet past: one swap a day, at noon."""
    day = StationDay(slots=6)
    make_tariff(day.station)
    done_swaps(day, hours_ago=[28, 52, 76, 100])
    return day


def first_start(pack: Pack) -> timedelta:
    row = ChargeWindow.objects.filter(pack=pack).order_by("during").first()
    assert row is not None
    start: timedelta = row.during.lower - NOW
    return start


def test_prices_are_those_of_the_local_clock(day: StationDay) -> None:
    station = SwapStation.objects.get(pk=day.station.pk)
    steps = station_prices(station, now=NOW + 30 * MINUTE, horizon=24 * HOUR)
    got = [(from_s / 3600, price) for from_s, price in steps]
    assert got == [(0, 1100), (5.5, 600), (7.5, 200), (14.5, 600), (23.5, 1100)]


def test_demand_is_what_was_swapped_less_what_is_promised(day: StationDay) -> None:
    (demand,) = expected_demand(day.station.pk, now=NOW).values()
    noon = demand.per_hour[20]
    assert noon == max(demand.per_hour)
    assert sum(demand.per_hour) == pytest.approx(1.0, abs=0.2)
    day.promise(after=20 * HOUR + MINUTE)
    (less,) = expected_demand(day.station.pk, now=NOW).values()
    assert less.per_hour[20] == pytest.approx(max(0.0, noon - 1))


def test_rates_hold_by_the_hours_of_the_clock(day: StationDay) -> None:
    (demand,) = expected_demand(day.station.pk, now=NOW + 15 * MINUTE).values()
    noon = demand.per_hour.index(max(demand.per_hour))
    assert (demand.edges_s[noon], demand.edges_s[noon + 1]) == (19.75 * 3600, 20.75 * 3600)


def test_a_pack_nobody_wants_waits_for_the_cheap_hours(day: StationDay) -> None:
    pack = day.charged[0]
    day.says(pack, soc_percent=50)
    plan_charging(day.station.pk, now=NOW)
    assert first_start(pack) == 8 * HOUR
    ready = pack_ready_at([day.station.pk], now=NOW)
    assert ready[pack.pk] < NOW + HOUR, "it can still be promised as if it charged at once"


def test_a_promised_pack_is_full_in_time_however_dear(day: StationDay) -> None:
    pack = day.charged[0]
    day.says(pack, soc_percent=50)
    day.promise(after=HOUR, pack=pack)
    schedule = plan_charging(day.station.pk, now=NOW)
    assert not schedule.late
    assert schedule.ready_s[str(pack.pk)] <= (HOUR - FULL_BEFORE_SWAP).total_seconds()


def test_stock_that_trucks_may_want_soon_is_charged_at_once() -> None:
    day = StationDay(slots=4)
    make_tariff(day.station)
    done_swaps(day, hours_ago=[*range(1, 24)] * 2)
    for pack in day.charged:
        day.says(pack, soc_percent=20)
    plan_charging(day.station.pk, now=NOW)
    assert min(first_start(pack) for pack in day.charged) == timedelta(0)


def test_a_station_without_a_past_charges_as_soon_as_it_can() -> None:
    day = StationDay()
    make_tariff(day.station)
    day.says(day.charged[0], soc_percent=50)
    plan_charging(day.station.pk, now=NOW)
    assert first_start(day.charged[0]) == timedelta(0)


def test_a_cap_is_priced_in_truck_minutes_then_kept(day: StationDay) -> None:
    pack = day.charged[0]
    day.says(pack, soc_percent=50)
    day.promise(after=HOUR, pack=pack)
    station = SwapStation.objects.get(pk=day.station.pk)
    cap: dict[str, Any] = {"start_at": NOW, "end_at": NOW + 2 * HOUR, "limit_kw": 50}
    quote = quote_cap(station, **cap, now=NOW)
    # 132.5 kWh are missing; 47 kW reach the packs for two hours, then the slot's own power.
    full_at = 2 * HOUR + timedelta(hours=(282 * 0.47 - 2 * 47) / 280)
    late = full_at - (HOUR - FULL_BEFORE_SWAP)
    assert quote.late_promises == 1
    assert quote.promised_minutes == pytest.approx(late / MINUTE, abs=0.1)
    assert quote.moved_kwh == pytest.approx(282 * 0.47 - 94, abs=0.1)
    accepted = accept_cap(station, **cap, reason="grid", by=None, now=NOW)
    assert accepted.truck_minutes == pytest.approx(quote.truck_minutes, abs=0.06)
    rows = ChargeWindow.objects.filter(pack=pack, during__endswith__lte=NOW + 2 * HOUR)
    assert max(row.power_w for row in rows) <= 50_000
    assert Job.objects.filter(name="dispatch.run_plan").exists()
    with pytest.raises(CapRefusedError):
        accept_cap(station, **cap, reason="twice", by=None, now=NOW)
    assert lift_cap(accepted, now=NOW)
    assert not lift_cap(accepted, now=NOW)
    assert ChargeWindow.objects.get(pack=pack, during__startswith=NOW).power_w > 50_000


def test_a_cap_that_touches_nobody_costs_nothing(day: StationDay) -> None:
    station = SwapStation.objects.get(pk=day.station.pk)
    quote = quote_cap(station, start_at=NOW, end_at=NOW + HOUR, limit_kw=0, now=NOW)
    assert (quote.truck_minutes, quote.moved_kwh, quote.energy_cny) == (0, 0, 0)


def test_the_picture_shows_the_plan_under_the_cap(day: StationDay) -> None:
    PowerCap.objects.create(
        station=day.station,
        during=DateTimeTZRange(NOW + HOUR, NOW + 2 * HOUR),
        limit_kw=300,
        truck_minutes=0,
        reason="grid",
    )
    day.says(day.charged[0], soc_percent=50)
    day.promise(after=HOUR, pack=day.charged[0])
    plan_charging(day.station.pk, now=NOW)
    quarters = charge_picture(SwapStation.objects.get(pk=day.station.pk), now=NOW)
    assert [quarter.limit_kw for quarter in quarters[3:9]] == [1200, 300, 300, 300, 300, 1200]
    energy_kwh = sum(quarter.power_kw / 4 for quarter in quarters)
    assert energy_kwh == pytest.approx(282 * 0.47 / 0.94, rel=0.02)


def test_the_page_tells_the_price_before_it_takes_the_cap(day: StationDay, client: Client) -> None:
    day.says(day.charged[0], soc_percent=50)
    day.promise(after=HOUR, pack=day.charged[0])
    manager = make_user(day.station.operator, User.Role.STATION_OPERATOR)
    client.force_login(manager)
    url = reverse("admin:dispatch_charging", args=[day.station.pk])
    body = {
        "start_at": "2026-11-21T16:00",
        "end_at": "2026-11-21T18:00",
        "limit_kw": 50,
        "reason": "grid",
    }
    asked = client.post(url, {**body, "verb": "ask"})
    assert "data-quote" in asked.content.decode()
    assert not PowerCap.objects.exists()
    client.post(url, {**body, "verb": "accept"})
    cap = PowerCap.objects.get()
    assert (cap.accepted_by, cap.reason, cap.limit_kw) == (manager, "grid", 50)
    bad = client.post(url, {**body, "end_at": "2026-11-21T15:00", "verb": "accept"})
    assert 'role="alert"' in bad.content.decode()
    lists = reverse("admin:dispatch_powercap_changelist")
    chosen = {"action": "lift", "_selected_action": [cap.pk], "reason": "over"}
    client.post(lists, chosen)
    assert not PowerCap.objects.get().is_live


def test_who_only_looks_or_is_a_stranger_caps_nothing(day: StationDay, client: Client) -> None:
    url = reverse("admin:dispatch_charging", args=[day.station.pk])
    client.force_login(make_user(day.station.operator, User.Role.AUDITOR))
    assert client.get(url).status_code == 200
    assert client.post(url, {"verb": "accept"}).status_code == 403
    stranger = make_operator("station_operator")
    client.force_login(make_user(stranger, User.Role.STATION_OPERATOR))
    assert client.get(url).status_code == 404
