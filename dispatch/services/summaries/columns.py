"""How figures are named, counted and rounded: the same on the page, in the workbook, on paper."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from dispatch.selectors.summaries import Figures, Subject

NOTHING = "–"
FLEET, STATION = "fleet", "station"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A figure: `key` names it in docs/reference/summaries.md, `what` says it in a sentence."""

    key: str
    label: Any
    value: Callable[[Figures], float | None]
    what: Any
    unit: Any = ""
    digits: int = 0
    of: Sequence[str] = (FLEET, STATION)
    is_first: bool = True
    """Whether it is one of the figures seen first."""

    def number(self, figures: Figures) -> float | None:
        """Return the figure, rounded as it is shown."""
        value = self.value(figures)
        if value is None:
            return None
        return round(value, self.digits) if self.digits else round(value)

    def text(self, figures: Figures) -> str:
        """Return the figure in the reader's language, without its unit."""
        value = self.number(figures)
        return NOTHING if value is None else shown(value, self.digits)


def shown(value: float, digits: int) -> str:
    """Return a number as it is read in both languages: 1,234.5."""
    return f"{value:,.{digits}f}"


def minutes(seconds: float | None) -> float | None:
    """Return minutes, None as None."""
    return None if seconds is None else seconds / 60


COLUMNS = (
    Column(
        key="swaps",
        label=_("swaps"),
        value=lambda f: f.swaps,
        what=_("Swaps that ended in the period."),
    ),
    Column(
        key="wait_mean",
        label=_("mean wait"),
        unit=_("min"),
        digits=1,
        value=lambda f: minutes(f.wait_mean_s),
        what=_("From arrival at the station to the start of the swap, mean of all swaps."),
    ),
    Column(
        key="wait_p50",
        label=_("wait, half of the swaps"),
        unit=_("min"),
        digits=1,
        value=lambda f: minutes(f.wait_p50_s),
        what=_("Half of the swaps waited no longer."),
        is_first=False,
    ),
    Column(
        key="wait_p90",
        label=_("wait, nine of ten"),
        unit=_("min"),
        digits=1,
        value=lambda f: minutes(f.wait_p90_s),
        what=_("Nine of ten swaps waited no longer."),
    ),
    Column(
        key="wait_longest",
        label=_("longest wait"),
        unit=_("min"),
        digits=1,
        value=lambda f: minutes(f.wait_longest_s),
        what=_("The longest wait of a swap."),
    ),
    Column(
        key="kept_percent",
        label=_("promises kept"),
        unit="%",
        digits=1,
        value=lambda f: f.kept_percent,
        what=_("Of the accepted promises kept or missed, how many began in their window."),
    ),
    Column(
        key="kept",
        label=_("windows kept"),
        value=lambda f: f.kept,
        what=_("Accepted promises whose swap began before the window was over."),
        is_first=False,
    ),
    Column(
        key="missed",
        label=_("windows missed"),
        value=lambda f: f.missed,
        what=_("Accepted promises that began late, failed, or whose truck did not come."),
    ),
    Column(
        key="declined",
        label=_("offers declined"),
        value=lambda f: f.declined,
        what=_("Offers a driver declined."),
    ),
    Column(
        key="expired",
        label=_("offers not answered"),
        value=lambda f: f.expired,
        what=_("Offers nobody answered in time."),
        is_first=False,
    ),
    Column(
        key="distance",
        label=_("mileage"),
        unit="km",
        digits=1,
        of=(FLEET,),
        value=lambda f: f.distance_km,
        what=_("Driven by the trucks while the fleet held them, by their own reports."),
    ),
    Column(
        key="used",
        label=_("energy used"),
        unit="kWh",
        digits=1,
        of=(FLEET,),
        value=lambda f: f.used_kwh,
        what=_("Taken from the packs, by the trucks' own reports."),
    ),
    Column(
        key="kwh_per_km",
        label=_("consumption"),
        unit="kWh/km",
        digits=2,
        of=(FLEET,),
        value=lambda f: f.kwh_per_km,
        what=_("Energy used, divided by the mileage."),
    ),
    Column(
        key="charged",
        label=_("energy charged"),
        unit="kWh",
        digits=1,
        value=lambda f: f.charged_kwh,
        what=_(
            "Charged at the station. Of a fleet: its share by the packs handed out, day by day."
        ),
    ),
    Column(
        key="cost",
        label=_("cost of energy"),
        unit=_("CNY"),
        digits=2,
        value=lambda f: f.cost_cny,
        what=_("The energy charged at the tariff in force; energy without a tariff is left out."),
    ),
    Column(
        key="stock_outs",
        label=_("stock-outs"),
        of=(STATION,),
        value=lambda f: f.stock_outs,
        what=_("Times that began in which packs of a type were there and none was charged."),
    ),
    Column(
        key="stock_out_hours",
        label=_("without a charged pack"),
        unit=_("h"),
        digits=1,
        of=(STATION,),
        value=lambda f: f.stock_out_s / 3600,
        what=_("How long stock-outs lasted in the period, added up over pack types."),
        is_first=False,
    ),
    Column(
        key="strandings",
        label=_("stranded risks"),
        of=(FLEET,),
        value=lambda f: f.strandings,
        what=_("Alarms that a truck may not reach a swap."),
    ),
    Column(
        key="alarms",
        label=_("alarms"),
        value=lambda f: f.alarms,
        what=_("All other alarms opened in the period."),
    ),
)
LEVEL_NAMES = {
    "sharp": _("sharp"),
    "peak": _("peak"),
    "flat": _("flat"),
    "valley": _("valley"),
    "deep_valley": _("deep valley"),
    "": _("no tariff"),
}


NOT_BY = {
    "truck": {"charged", "cost", "stock_outs", "stock_out_hours"},
    "station": {"distance", "used", "kwh_per_km", "strandings"},
}
"""Figures that trucks, or stations, do not have."""


def columns_of(subject: Subject, *, first_only: bool = False, by: str = "") -> list[Column]:
    """Return the figures that a subject has: in all and by day, or by truck or station."""
    kind, left_out = FLEET if subject.is_fleet else STATION, NOT_BY.get(by, set())
    return [
        one
        for one in COLUMNS
        if kind in one.of and one.key not in left_out and (one.is_first or not first_only)
    ]
