"""The day's figures equal what the same rows come to in plain SQL of their own."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.models import PackHold, StationQuarter, StockOut, SwapAssignment
from dispatch.selectors.today import Figure, today
from dispatch.services.stations.energy import add_up_energy
from dispatch.services.stations.stock_outs import note_stock_outs
from fleet.models import SwapStation, Tariff, TariffPeriod
from telematics.models import SlotReading, SlotState
from tests.builders import NOW, make_assignment, make_outcome, make_pack, make_station

pytestmark = pytest.mark.django_db
MIDNIGHT = (
    "(date_trunc('day', %(now)s::timestamptz AT TIME ZONE 'Asia/Shanghai')"
    " AT TIME ZONE 'Asia/Shanghai')"
)
ENDED = f"""
SELECT count(*) FILTER (WHERE state = 'done'),
       avg(extract(epoch FROM swapping_at - arrived_at)) FILTER (WHERE state = 'done') / 60,
       100.0 * count(*) FILTER (WHERE o.is_kept) / nullif(count(o.is_kept), 0)
  FROM dispatch_swapassignment a LEFT JOIN dispatch_promiseoutcome o ON o.assignment_id = a.id
 WHERE a.ended_at >= {MIDNIGHT} - %(back)s AND a.ended_at <= %(now)s - %(back)s
"""


def _asked(sql: str, **values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"now": NOW, **values})
        return list(cursor.fetchall())


def _swap(
    ended_at: datetime, *, state: str = "done", waited_min: float = 4, kept: bool = True
) -> None:
    start = NOW + timedelta(minutes=20 * SwapAssignment.objects.count())
    swap = make_assignment(start=start)
    PackHold.objects.filter(assignment=swap).delete()
    for step in {
        "done": ["accepted", "arrived", "swapping", "done"],
        "no_show": ["accepted", state],
    }[state]:
        ends = {"ended_at": ended_at} if step == state else {}
        SwapAssignment.objects.filter(pk=swap.pk).update(state=step, **ends)
    if state == "done":
        SwapAssignment.objects.filter(pk=swap.pk).update(
            arrived_at=ended_at - timedelta(minutes=5 + waited_min),
            swapping_at=ended_at - timedelta(minutes=5),
        )
    swap.refresh_from_db()
    make_outcome(swap, is_kept=kept, ended_at=ended_at)


def _figures() -> dict[str, Figure]:
    day = today(
        assignments=SwapAssignment.objects.all(), stations=SwapStation.objects.all(), now=NOW
    )
    assert len(day.hours) == 24
    return {figure.code: figure for figure in day.figures}


def test_swaps_waits_and_promises_equal_plain_sql() -> None:
    # 16:00 in Shanghai: today began 16 h ago, "yesterday by now" was from 40 h to 24 h ago.
    for hours, wait, kept in (
        (0.5, 3, True),
        (3, 8, False),
        (15.9, 1, True),
        (16.1, 50, True),
        (23, 2, True),
        (24.1, 6, False),
        (39, 2, True),
        (41, 30, False),
    ):
        _swap(NOW - timedelta(hours=hours), waited_min=wait, kept=kept)
    _swap(NOW - timedelta(hours=2), state="no_show", kept=False)
    figures = _figures()
    for back, name in ((timedelta(0), "today"), (timedelta(days=1), "yesterday")):
        [(swaps, mean, share)] = _asked(ENDED, back=back)
        assert getattr(figures["swaps"], name) == swaps > 0
        assert getattr(figures["wait"], name) == pytest.approx(float(mean))
        assert getattr(figures["kept"], name) == pytest.approx(float(share))
    bars = _asked(
        "SELECT count(a.id) FROM generate_series(date_trunc('hour', %(now)s::timestamptz) -"
        " interval '23 h', %(now)s, interval '1 h') h LEFT JOIN dispatch_swapassignment a"
        " ON a.state = 'done' AND a.ended_at >= h AND a.ended_at < h + interval '1 h'"
        " GROUP BY h ORDER BY h"
    )
    assert list(figures["swaps"].hours) == [count for (count,) in bars]
    assert sum(figures["swaps"].hours) == 5  # type: ignore[arg-type]  # no None among swaps


def _charging(station: SwapStation, *, minutes: int, power_kw: float, every_min: int = 1) -> None:
    slot = station.slots.first()
    assert slot is not None
    for minute in range(0, minutes + 1, every_min):
        at = NOW - timedelta(minutes=minutes - minute)
        is_last = minute == minutes
        SlotReading.objects.create(
            slot=slot, recorded_at=at, received_at=at, power_kw=0 if is_last else power_kw
        )


def test_energy_is_power_by_time_at_the_price_of_the_hour() -> None:
    tariff = Tariff.objects.create(code="t", name="T", source="made up")
    # 14:00-15:00 dear, the rest of the day cheap; NOW is 16:00.
    for start, end, price in ((0, 840, "0.5"), (840, 900, "1.5"), (900, 1440, "0.5")):
        TariffPeriod.objects.create(
            tariff=tariff,
            valid=(NOW.date() - timedelta(days=9), None),
            month=NOW.month,
            minutes=(start, end),
            level="flat",
            price_cny_per_kwh=price,
        )
    priced, free = make_station(tariff=tariff), make_station()
    _charging(priced, minutes=90, power_kw=120)
    _charging(free, minutes=30, power_kw=60)
    lonely = free.slots.last()
    assert lonely is not None
    at = NOW - timedelta(hours=1)
    SlotReading.objects.create(slot=lonely, recorded_at=at, received_at=at, power_kw=30)

    for _ in range(2):  # again is the same
        add_up_energy(now=NOW)

    energy = _figures()["energy"]
    # 90 min at 120 kW, 30 min at 60 kW, and 10 min at 30 kW of a slot that then fell silent.
    assert energy.today == pytest.approx(180 + 30 + 5, abs=0.01)
    assert energy.more == pytest.approx(0.5 * 120 * 1.5 + 1.0 * 120 * 0.5)
    assert StationQuarter.objects.filter(station=priced).count() == 6
    assert not StationQuarter.objects.filter(station=free, cost_cny__isnull=False).exists()
    assert sum(filter(None, energy.hours)) == pytest.approx(215, abs=0.01)


def test_late_readings_within_the_hour_still_count() -> None:
    station = make_station()
    _charging(station, minutes=40, power_kw=90, every_min=20)
    add_up_energy(now=NOW)
    before = _figures()["energy"].today
    slot = station.slots.first()
    assert slot is not None
    at = NOW - timedelta(minutes=30)
    SlotReading.objects.create(slot=slot, recorded_at=at, received_at=NOW, power_kw=90)
    add_up_energy(now=NOW)
    assert before == pytest.approx(30)  # two spells of 10 min each are trusted
    assert _figures()["energy"].today == pytest.approx(45)


def test_a_stock_out_lasts_from_the_last_charged_pack_to_the_next() -> None:
    station, asleep = make_station(slots=2), make_station(slots=1, is_active=False)
    packs = [make_pack(slot=slot) for slot in station.slots.all()]
    make_pack(packs[0].type, slot=asleep.slots.get())
    states = [
        SlotState.objects.create(
            slot_id=pack.slot_id or 0,
            recorded_at=NOW,
            received_at=NOW,
            pack_code=pack.code,
            soc_percent=soc,
        )
        for pack, soc in zip(packs, (96, 40), strict=True)
    ]
    hour = timedelta(hours=1)

    def at(hours: int, soc: float) -> list[StockOut]:
        SlotState.objects.filter(pk=states[0].pk).update(soc_percent=soc)
        note_stock_outs(now=NOW - 5 * hour + hours * hour)
        return list(StockOut.objects.filter(pack_type=packs[0].type).order_by("during"))

    note_stock_outs(now=NOW - 5 * hour)
    # The other pack is of a type of its own: out from the start.
    assert StockOut.objects.filter(pack_type=packs[1].type).count() == 1
    assert at(0, 96) == []
    [row] = at(1, 50)
    assert row.during == DateTimeTZRange(NOW - 4 * hour, None)
    assert at(2, 50) == [row]
    [row] = at(3, 96)
    assert row.during == DateTimeTZRange(NOW - 4 * hour, NOW - 2 * hour)
    assert len(at(4, 20)) == 2
    assert _figures()["stock_outs"].today == 3
