"""Time-of-use hours of the pilot regions, typed from the published documents.

The hours are facts of the named documents, as listed for the State Grid agent-purchase notes of
2023-2025. Prices are not public in them: each price here is a flat price assumed for 10 kV
industry times the level's ratio, and says so. Policies change every year: a deployer enters the
tariff in force; these are for scenarios.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

MINUTES_A_DAY = 1_440


@dataclass(frozen=True, slots=True)
class TariffSeason:
    """Hours of each level in some months, local time (UTC+8), as (from, to) hours."""

    months: tuple[int, ...]
    hours: dict[str, tuple[tuple[int, int], ...]]
    ratios: dict[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionalTariff:
    """What a grid company's customers pay by month and hour.

    `flat_cny_per_kwh` is an assumption in the middle of the range given in `assumed`, with all
    surcharges; the ratios of `ratio_source` are applied to it whole.
    """

    code: str
    name: str
    name_zh: str
    document: str
    flat_cny_per_kwh: Decimal
    assumed: str
    ratio_source: str
    seasons: tuple[TariffSeason, ...]


@dataclass(frozen=True, slots=True)
class PricedPeriod:
    """Price in [`from_minute`, `to_minute`) of the days of one month, local time."""

    month: int
    from_minute: int
    to_minute: int
    level: str
    price_cny_per_kwh: Decimal


def _ratios(**ratios: str) -> dict[str, Decimal]:
    return {level: Decimal(ratio) for level, ratio in ratios.items()}


_JIBEI_RATIOS = _ratios(valley="0.3", flat="1", peak="1.7", sharp="2.04")
TANGSHAN = RegionalTariff(
    code="jibei-2023",
    name="Northern Hebei grid, industry, 10 kV",
    name_zh="冀北电网工商业 10 千伏",
    document="冀发改能价[2023]1711号",
    flat_cny_per_kwh=Decimal("0.62"),
    assumed="0.55-0.70 CNY/kWh flat",
    ratio_source="assumed: peak +70 %, valley -70 %, sharp 1.2 x peak",
    seasons=(
        TariffSeason(
            (6, 7, 8),
            {
                "valley": ((0, 7), (23, 24)),
                "flat": ((7, 10), (12, 16), (22, 23)),
                "peak": ((10, 12), (16, 17), (20, 22)),
                "sharp": ((17, 20),),
            },
            _JIBEI_RATIOS,
        ),
        TariffSeason(
            (11, 12, 1),
            {
                "valley": ((1, 7), (12, 14)),
                "flat": ((0, 1), (7, 8), (10, 12), (14, 16), (22, 24)),
                "peak": ((8, 10), (16, 17), (19, 22)),
                "sharp": ((17, 19),),
            },
            _JIBEI_RATIOS,
        ),
        TariffSeason(
            (2, 3, 4, 5, 9, 10),
            {
                "valley": ((1, 7), (12, 14)),
                "flat": ((0, 1), (7, 8), (10, 12), (14, 16), (22, 24)),
                "peak": ((8, 10), (16, 22)),
            },
            _JIBEI_RATIOS,
        ),
    ),
)

BAOTOU = RegionalTariff(
    code="mengxi-2023",
    name="Western Inner Mongolia grid, industry, 10 kV",
    name_zh="蒙西电网工商业 10 千伏",
    document="内发改价费字〔2023〕1630号",
    flat_cny_per_kwh=Decimal("0.45"),
    assumed="0.40-0.50 CNY/kWh flat",
    ratio_source="the document: 1.68 : 1 : 0.48 windy, 1.54 : 1 : 0.44 calm, sharp +20 % on peak,"
    " deep valley -20 % on valley",
    seasons=(
        TariffSeason(
            (1, 2, 3, 4, 5, 9, 10, 11, 12),
            {
                "peak": ((6, 8), (18, 22)),
                "flat": ((4, 6), (8, 11), (16, 18), (22, 24)),
                "valley": ((0, 4), (11, 16)),
            },
            _ratios(valley="0.48", flat="1", peak="1.68"),
        ),
        TariffSeason(
            (6, 7, 8),
            {
                "peak": ((6, 8), (18, 19), (21, 22)),
                "sharp": ((19, 21),),
                "flat": ((0, 6), (8, 11), (16, 18), (22, 24)),
                "valley": ((11, 13), (15, 16)),
                "deep_valley": ((13, 15),),
            },
            _ratios(deep_valley="0.352", valley="0.44", flat="1", peak="1.54", sharp="1.848"),
        ),
    ),
)

_SICHUAN_RATIOS = _ratios(valley="0.4", flat="1", peak="1.6", sharp="1.92")
YIBIN = RegionalTariff(
    code="sichuan-2025",
    name="Sichuan grid, large industry, 10 kV",
    name_zh="四川电网大工业 10 千伏",
    document="川发改价格〔2025〕185号",
    flat_cny_per_kwh=Decimal("0.60"),
    assumed="0.55-0.65 CNY/kWh flat",
    ratio_source="the document: +-60 %, sharp 1.2 x peak at 13-14 and 21-23 in July and August"
    " (the sharp hours after three days of 35 C in other months are left out)",
    seasons=(
        TariffSeason(
            (3, 4, 5, 6, 10, 11),
            {
                "peak": ((10, 12), (17, 22)),
                "flat": ((8, 10), (12, 17)),
                "valley": ((22, 24), (0, 8)),
            },
            _SICHUAN_RATIOS,
        ),
        TariffSeason(
            (7, 8),
            {
                "peak": ((11, 13), (14, 18), (20, 21)),
                "sharp": ((13, 14), (21, 23)),
                "flat": ((7, 11), (18, 20), (23, 24), (0, 1)),
                "valley": ((1, 7),),
            },
            _SICHUAN_RATIOS,
        ),
        TariffSeason(
            (9,),
            {
                "peak": ((11, 18), (20, 23)),
                "flat": ((7, 11), (18, 20), (23, 24), (0, 1)),
                "valley": ((1, 7),),
            },
            _SICHUAN_RATIOS,
        ),
        TariffSeason(
            (12, 1, 2),
            {
                "peak": ((10, 12), (16, 22)),
                "flat": ((8, 10), (12, 16), (22, 24)),
                "valley": ((0, 8),),
            },
            _SICHUAN_RATIOS,
        ),
    ),
)

TARIFFS = (TANGSHAN, BAOTOU, YIBIN)


def level_prices_cny_per_kwh(tariff: RegionalTariff, *, month: int) -> dict[str, Decimal]:
    """Price of each level in a month, to a hundredth of a fen.

    Raises
    ------
    KeyError
        A month that is none.
    """
    for season in tariff.seasons:
        if month in season.months:
            return {
                level: (tariff.flat_cny_per_kwh * ratio).quantize(Decimal("0.0001"))
                for level, ratio in season.ratios.items()
                if level in season.hours
            }
    raise KeyError(month)


def priced_periods(tariff: RegionalTariff) -> list[PricedPeriod]:
    """Lay the tariff out in rows: every minute of every month once, in order."""
    periods = []
    for season in tariff.seasons:
        for month in season.months:
            prices = level_prices_cny_per_kwh(tariff, month=month)
            periods += [
                PricedPeriod(month, start * 60, end * 60, level, prices[level])
                for level, spans in season.hours.items()
                for start, end in spans
            ]
    return sorted(periods, key=lambda period: (period.month, period.from_minute))


def price_cny_per_kwh(tariff: RegionalTariff, *, month: int, minute: int) -> Decimal:
    """Price at a minute of the day (local time) in a month.

    Raises
    ------
    KeyError
        A month or minute that is none.
    """
    for period in priced_periods(tariff):
        if period.month == month and period.from_minute <= minute < period.to_minute:
            return period.price_cny_per_kwh
    raise KeyError((month, minute))
