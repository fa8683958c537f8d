"""A summary on paper: one or two A4 pages, the full tables are in the workbook."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from dispatch.selectors.summaries import Figures, Summary
from dispatch.selectors.summaries.figures import LEVELS
from dispatch.services.summaries.columns import LEVEL_NAMES, Column, columns_of, shown
from dispatch.services.summaries.words import age_of, span_of, title_of
from dispatch.services.summaries.workbook import headed
from fleet.services.paper import Bars, Figure, Note, Paper, Table, print_paper
from fleet.services.paper import Figures as Cards
from fleet.services.paper.parts import Part

ROWS_AT_MOST = 10
IN_TABLES = {
    *("swaps", "wait_mean", "wait_p90", "kept_percent", "missed", "declined", "distance"),
    *("kwh_per_km", "charged", "cost", "stock_outs"),
}


def make_paper(summary: Summary, before: Figures) -> bytes:
    """Return the summary as PDF, in the active language, beside the figures of the time before."""
    return print_paper(
        Paper(
            title=title_of(summary.subject, summary.period),
            subtitle=span_of(summary.period),
            parts=[*_parts(summary, before)],
            footer=age_of(summary),
        )
    )


def _parts(summary: Summary, before: Figures) -> list[Part]:
    columns = columns_of(summary.subject, first_only=True)
    parts: list[Part] = [Cards([_card(one, summary.total, before) for one in columns], columns=5)]
    if len(summary.days) > 1:
        parts += _charts(summary.days)
    if summary.total.charged:
        parts.append(_levels(summary.total))
    if len(summary.days) > 1:
        parts.append(_table(_("By day"), _("day"), _by_day(summary), columns_of(summary.subject)))
    rows = summary.trucks if summary.subject.is_fleet else summary.stations
    busiest = sorted(rows.items(), key=lambda row: (-row[1].swaps, row[0]))[:ROWS_AT_MOST]
    title = _("By truck") if summary.subject.is_fleet else _("By station")
    if len(rows) > len(busiest):
        title = _("%(title)s: the %(shown)d of %(all)d with most swaps") % {
            "title": title,
            "shown": len(busiest),
            "all": len(rows),
        }
    if len(rows) > 1 or summary.subject.is_fleet:
        first = _("plate") if summary.subject.is_fleet else _("station")
        by = "truck" if summary.subject.is_fleet else "station"
        named = [(name, figures) for (name, _pk), figures in busiest]
        parts.append(_table(title, first, named, columns_of(summary.subject, by=by)))
    parts.append(Note(_definitions(columns), is_small=True))
    return parts


def _card(column: Column, figures: Figures, before: Figures) -> Figure:
    note = _("before: %(value)s") % {"value": column.text(before)}
    return Figure(str(column.label), column.text(figures), str(column.unit), note)


def _charts(days: dict[date, Figures]) -> list[Part]:
    labels = [str(day.day) for day in days]
    figures = list(days.values())
    waits = [(one.wait_mean_s or 0.0) / 60 for one in figures]
    charts: list[Part] = [
        Bars(
            title=_("Swaps by day"),
            labels=labels,
            series=[(_("swaps"), [float(one.swaps) for one in figures])],
        ),
        Bars(title=_("Mean wait by day, min"), labels=labels, series=[(_("mean wait"), waits)]),
    ]
    levels = [level for level in LEVELS if any(level in one.charged for one in figures)]
    if levels:
        charts.append(
            Bars(
                title=_("Energy charged by tariff level, kWh"),
                labels=labels,
                series=[(str(LEVEL_NAMES[level]), _kwh(figures, level)) for level in levels],
            )
        )
    return charts


def _kwh(figures: Sequence[Figures], level: str) -> list[float]:
    return [one.charged[level].energy_kwh if level in one.charged else 0.0 for one in figures]


def _levels(total: Figures) -> Table:
    rows = [
        [
            str(LEVEL_NAMES[level]),
            shown(round(energy.energy_kwh, 1), 1),
            shown(round(energy.cost_cny, 2), 2) if level else "–",
        ]
        for level in LEVELS
        if (energy := total.charged.get(level)) is not None
    ]
    heads = [_("tariff level"), _("energy charged, kWh"), _("cost, CNY")]
    return Table(heads=heads, rows=rows, numbers={1, 2})


def _by_day(summary: Summary) -> list[tuple[str, Figures]]:
    return [(day.isoformat(), figures) for day, figures in summary.days.items()]


def _table(
    title: str, first: str, rows: Sequence[tuple[str, Figures]], columns: Sequence[Column]
) -> Table:
    columns = [one for one in columns if one.key in IN_TABLES]
    return Table(
        title=title,
        heads=[first, *(headed(column) for column in columns)],
        rows=[[name, *(column.text(figures) for column in columns)] for name, figures in rows],
        numbers=set(range(1, len(columns) + 1)),
        widths=[1.6, *([1.0] * len(columns))],
    )


def _definitions(columns: Sequence[Column]) -> str:
    return " ".join(f"{column.label}: {column.what}" for column in columns)
