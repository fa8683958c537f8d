"""The start page puts what needs a person first, and each figure equals its rows."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse

from dispatch.models import SwapAssignment
from dispatch.selectors.attention import concerns, day_figures
from dispatch.selectors.trucks_now import trucks_now
from fleet.models import Closure, SwapStation, Truck, TruckSight, User
from telematics.models import Alarm, TruckState
from tests.builders import (
    NOW,
    make_assignment,
    make_driver,
    make_operator,
    make_shift,
    make_station,
    make_truck,
    make_user,
    since,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


def _state(truck: Truck, *, minutes_ago: int, soc_percent: float = 40) -> TruckState:
    at = NOW - timedelta(minutes=minutes_ago)
    return TruckState.objects.create(
        truck=truck,
        recorded_at=at,
        received_at=at,
        seq=1,
        latitude_deg=39,
        longitude_deg=118,
        speed_kmh=50,
        soc_percent=soc_percent,
    )


def test_a_stranded_risk_stands_above_everything_else() -> None:
    carrier = make_operator()
    truck = make_truck(carrier)
    Alarm.objects.create(
        kind=Alarm.Kind.SILENT_TRUCK, truck=truck, detail="since eight", opened_at=NOW
    )
    station = make_station()
    during = DateTimeTZRange(NOW - timedelta(hours=1), None)
    Closure.objects.create(station=station, during=during, reason="power cut")
    late = make_assignment(truck=make_truck(carrier), station=station)
    SwapAssignment.objects.filter(pk=late.pk).update(offered_at=NOW - timedelta(minutes=2))
    Alarm.objects.create(
        kind=Alarm.Kind.STRANDED_RISK, truck=truck, detail="no station in reach", opened_at=NOW
    )

    found = concerns(
        trucks=Truck.objects.all(),
        stations=SwapStation.objects.all(),
        assignments=SwapAssignment.objects.all(),
        now=NOW,
    )

    assert found[0].detail == "no station in reach"
    assert [concern.level for concern in found] == ["danger", "warning", "warning", "info"]
    assert {concern.kind for concern in found[1:]} == {
        Alarm.Kind.SILENT_TRUCK.label,
        "unanswered",
        "closed",
    }


def test_the_figures_equal_their_rows() -> None:
    truck = make_truck()
    swap = make_assignment(truck=truck)
    SwapAssignment.objects.filter(pk=swap.pk).update(
        arrived_at=NOW, swapping_at=NOW + timedelta(minutes=6)
    )
    for state in ("accepted", "arrived", "swapping"):
        SwapAssignment.objects.filter(pk=swap.pk).update(state=state)
    SwapAssignment.objects.filter(pk=swap.pk).update(state="done", ended_at=NOW)
    other = make_assignment(truck=make_truck())
    SwapAssignment.objects.filter(pk=other.pk).update(state="declined", ended_at=NOW)

    figures = day_figures(
        trucks=Truck.objects.all(), assignments=SwapAssignment.objects.all(), now=NOW
    )

    assert (figures.offers, figures.swaps, figures.declined) == (2, 1, 1)
    assert (figures.mean_wait_min, figures.promises_kept_percent) == (6, 100)


def test_trucks_show_charge_age_and_next_swap() -> None:
    fresh, stale, mute = make_truck(), make_truck(), make_truck()
    _state(fresh, minutes_ago=1)
    _state(stale, minutes_ago=11)
    swap = make_assignment(truck=fresh)

    first, second, third = trucks_now([fresh, stale, mute], now=NOW)

    assert (first.is_stale, first.swap, first.age_s) == (False, swap, 60)
    assert (second.is_stale, second.swap) == (True, None)
    assert (third.is_stale, third.age_s) == (True, None)


def test_a_manager_sees_own_trucks_only(client: Client) -> None:
    carrier = make_operator()
    mine, foreign = make_truck(carrier), make_truck()
    _state(mine, minutes_ago=0)
    for truck in (mine, foreign):
        Alarm.objects.create(
            kind=Alarm.Kind.STRANDED_RISK, truck=truck, detail="far", opened_at=NOW
        )
    client.force_login(make_user(carrier))

    start = client.get(reverse("admin:index")).content.decode()
    fleet = client.get(reverse("admin:dispatch_livetruck_changelist")).content.decode()

    for page in (start, fleet):
        assert mine.plate in page
        assert foreign.plate not in page


def test_a_station_operator_sees_the_truck_coming_but_not_who_drives(client: Client) -> None:
    carrier = make_operator()
    truck = make_truck(carrier)
    _state(truck, minutes_ago=0)
    driver = make_driver(carrier, name="Wang Secret")
    make_shift(driver, truck)
    swap = make_assignment(truck=truck, driver=driver)
    TruckSight.objects.create(
        truck=truck, operator=swap.station.operator, during=since(), assignment_id=swap.pk
    )
    client.force_login(make_user(swap.station.operator, User.Role.STATION_OPERATOR))
    trucks = reverse("admin:dispatch_livetruck_changelist")
    promises = reverse("admin:dispatch_swapassignment_changelist")
    promise = reverse("admin:dispatch_swapassignment_change", args=[swap.pk])

    for url in (trucks, promises, promise):
        page = client.get(url).content.decode()
        assert truck.plate in page
        assert driver.name not in page
    assert truck.plate not in client.get(promises, {"q": "Wang"}).content.decode()

    client.force_login(make_user(carrier))
    assert driver.name in client.get(trucks).content.decode()
    assert truck.plate in client.get(promises, {"q": "Wang"}).content.decode()
