import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from dispatch.simulation.tariffs import (
    BAOTOU,
    MINUTES_A_DAY,
    TANGSHAN,
    TARIFFS,
    YIBIN,
    RegionalTariff,
    level_prices_cny_per_kwh,
    price_cny_per_kwh,
    priced_periods,
)

SOURCE = Path(__file__).parents[4] / ".." / "shared" / "vectors" / "tou_tariffs.json"
KEYS = {
    TANGSHAN.code: "hebei-north (Tangshan)",
    BAOTOU.code: "inner-mongolia-west (Baotou)",
    YIBIN.code: "sichuan (Yibin)",
}


@pytest.mark.parametrize("tariff", TARIFFS, ids=lambda tariff: tariff.code)
def test_every_minute_of_every_month_has_one_price(tariff: RegionalTariff) -> None:
    seen: Counter[tuple[int, int]] = Counter()
    for period in priced_periods(tariff):
        seen.update((period.month, m) for m in range(period.from_minute, period.to_minute))
    assert set(seen.values()) == {1}
    assert set(seen) == {(month, m) for month in range(1, 13) for m in range(MINUTES_A_DAY)}


@pytest.mark.parametrize("tariff", TARIFFS, ids=lambda tariff: tariff.code)
def test_levels_are_ordered_by_price(tariff: RegionalTariff) -> None:
    for month in range(1, 13):
        prices = level_prices_cny_per_kwh(tariff, month=month)
        order = [
            level for level in ("deep_valley", "valley", "flat", "peak", "sharp") if level in prices
        ]
        assert sorted(prices, key=prices.__getitem__) == order
        assert prices["flat"] == tariff.flat_cny_per_kwh
        assert all(Decimal("0.1") < price < Decimal("1.5") for price in prices.values())


def test_known_hours() -> None:
    assert price_cny_per_kwh(TANGSHAN, month=7, minute=18 * 60) == Decimal("1.2648")  # sharp
    assert price_cny_per_kwh(TANGSHAN, month=3, minute=12 * 60 + 30) == Decimal("0.1860")  # noon
    assert price_cny_per_kwh(BAOTOU, month=7, minute=14 * 60) == Decimal("0.1584")  # deep valley
    assert price_cny_per_kwh(YIBIN, month=8, minute=22 * 60) == Decimal("1.1520")  # sharp
    assert price_cny_per_kwh(YIBIN, month=9, minute=22 * 60) == Decimal("0.9600")  # peak
    with pytest.raises(KeyError):
        price_cny_per_kwh(TANGSHAN, month=13, minute=0)
    with pytest.raises(KeyError):
        price_cny_per_kwh(TANGSHAN, month=1, minute=MINUTES_A_DAY)


@pytest.mark.shared
def test_the_hours_are_those_of_the_source() -> None:
    if not SOURCE.exists():
        pytest.skip("the source list is not here")
    regions = json.loads(SOURCE.read_text(encoding="utf-8"))["regions"]
    for tariff in TARIFFS:
        region = regions[KEYS[tariff.code]]
        assert region["doc"] == tariff.document
        for season in region["seasons"]:
            hours = {
                (hour, level)
                for level in ("valley", "deep_valley", "flat", "peak", "sharp")
                for span in season.get(level, "").split(",")
                if span
                for hour in range(*map(int, span.split("-")))
            }
            for month in season["months"]:
                typed = {
                    (hour, period.level)
                    for period in priced_periods(tariff)
                    if period.month == month
                    for hour in range(period.from_minute // 60, period.to_minute // 60)
                }
                if tariff is YIBIN and month in (7, 8):  # sharp hours stand beside the table there
                    typed = {(h, "peak" if level == "sharp" else level) for h, level in typed}
                assert typed == hours
