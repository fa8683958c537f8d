"""Every figure of a summary equals its recomputation, whoever asks and whatever the period."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.models import SwapAssignment
from dispatch.selectors.summaries import Figures, Period, Subject, period_of, read_summary
from dispatch.selectors.summaries.period import last_over
from dispatch.selectors.today import today
from dispatch.services.summaries.columns import minutes
from fleet.models import SwapStation
from tests.integration.dispatch.summaries.again import Again
from tests.integration.dispatch.summaries.month import END, FIRST, LAST, START, ZONE, Month

LATER = END + timedelta(days=2)
PERIODS = [
    period_of("month", FIRST),
    period_of("week", date(2026, 10, 11)),
    *(period_of("day", date(2026, 10, day)) for day in (1, 2, 3, 10, 11, 31)),
]


@pytest.fixture(scope="module", params=[1, 2])
def month(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[Month]:
    """A month all tests of the module read, rolled back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Month(request.param)
        transaction.set_rollback(True)


def subjects(month: Month) -> list[Subject]:
    return [
        *(Subject("fleet", one.pk, one.name) for one in month.carriers),
        Subject("stations", month.group.pk, month.group.name),
        Subject("station", month.stations[2].pk, month.stations[2].name),
    ]


def again(subject: Subject, first: date, last: date) -> Again:
    if subject.is_fleet:
        return Again(first, last, carrier=subject.pk)
    return Again(first, last, stations=subject.station_ids())


def check(figures: Figures, subject: Subject, first: date, last: date, month: Month) -> None:
    told = again(subject, first, last)
    for name, value in told.figures().items():
        assert getattr(figures, name) == pytest.approx(value, abs=1e-6), (subject.code, name)
    charged = {level: (e.energy_wh, e.cost_cny) for level, e in figures.charged.items()}
    expected = told.charged(month)
    assert charged.keys() == expected.keys()
    for level, pair in expected.items():
        assert charged[level] == pytest.approx(pair, abs=1e-6), (subject.code, level)
    if subject.is_fleet:
        assert (figures.distance_km, figures.used_kwh) == pytest.approx(told.driven())
    else:
        asked_at = min(LATER, datetime(last.year, last.month, last.day, tzinfo=ZONE) + timedelta(1))
        expected_out = told.stock_outs(asked_at)
        assert (figures.stock_outs, figures.stock_out_s) == pytest.approx(expected_out)


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: period.name)
def test_every_figure_equals_its_recomputation(month: Month, period: Period) -> None:
    for subject in subjects(month):
        summary = read_summary(subject, period, now=LATER)
        check(summary.total, subject, period.first, period.last, month)
        for day, figures in list(summary.days.items())[:3]:
            check(figures, subject, day, day, month)


def test_days_trucks_and_stations_add_up_to_the_total(month: Month) -> None:
    for subject in subjects(month):
        summary = read_summary(subject, period_of("month", FIRST), now=LATER)
        assert list(summary.days) == [FIRST + timedelta(days=n) for n in range(31)]
        for parts in (summary.days, summary.stations):
            assert sum(one.swaps for one in parts.values()) == summary.total.swaps > 0
            assert sum(one.kept for one in parts.values()) == summary.total.kept > 0
            assert sum(one.charged_kwh for one in parts.values()) == pytest.approx(
                summary.total.charged_kwh
            )
        km = sum(one.distance_km for one in summary.trucks.values())
        assert km == pytest.approx(summary.total.distance_km)
        assert sum(one.swaps for one in summary.trucks.values()) == summary.total.swaps


@pytest.mark.parametrize("day", [1, 2, 3, 10, 11, 31])
def test_the_start_page_counts_a_day_as_the_report_does(month: Month, day: int) -> None:
    of_day = period_of("day", date(2026, 10, day))
    stations = SwapStation.objects.filter(operator=month.group)
    told = today(
        assignments=SwapAssignment.objects.filter(station__in=stations),
        stations=stations,
        now=of_day.end - timedelta(microseconds=1),
    )
    seen = {one.code: (one.today, one.more) for one in told.figures}
    whole = read_summary(Subject("stations", month.group.pk, ""), of_day, now=LATER).total
    assert whole.charged_kwh > 0
    assert seen["energy"] == pytest.approx((whole.charged_kwh, whole.cost_cny or 0), abs=1e-6)
    assert seen["swaps"][0] == whole.swaps
    assert seen["wait"][0] == pytest.approx(minutes(whole.wait_mean_s))
    assert seen["kept"][0] == pytest.approx(whole.kept_percent)
    assert seen["stock_outs"][0] == whole.stock_outs


def test_a_sold_truck_leaves_its_history_with_who_held_it(month: Month) -> None:
    whole = period_of("month", FIRST)
    fleets = [read_summary(one, whole, now=LATER) for one in subjects(month)[:2]]
    sold = month.trucks[2].plate
    both = [{name: f for (name, _), f in one.trucks.items()} for one in fleets]
    assert all(one[sold].distance_km > 0 for one in both)
    everything = Again(FIRST, LAST, stations=[one.pk for one in month.stations])
    assert sum(one.total.swaps for one in fleets) == everything.figures()["swaps"]


def test_a_period_without_anything_is_all_zero(month: Month) -> None:
    for subject in subjects(month):
        summary = read_summary(subject, period_of("day", date(2025, 1, 1)), now=LATER)
        total = summary.total
        assert (total.swaps, total.charged_kwh, total.kept, total.alarms) == (0, 0, 0, 0)
        assert (total.wait_mean_s, total.kept_percent, total.kwh_per_km) == (None, None, None)
        assert total.cost_cny is None


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.sampled_from(["day", "week", "month"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_periods_follow_each_other_without_gap(day: date, kind: Any) -> None:
    period = period_of(kind, day)
    assert period.first <= day <= period.last
    assert period.next.start == period.end
    assert period.previous.end == period.start
    assert period.next.previous == period == period.previous.next
    assert (period.start.astimezone(ZONE).hour, len(period.days)) == (
        0,
        (period.last - period.first).days + 1,
    )
    assert last_over(kind, now=period.end) == period
    assert last_over(kind, now=period.end - timedelta(microseconds=1)) == period.previous


def test_a_week_is_an_iso_week() -> None:
    assert period_of("week", date(2027, 1, 1)).name == "2026-W53"
    assert period_of("month", FIRST).start == START
