"""A summary as a workbook: real numbers and dates, units in the heads, definitions beside them."""

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from dispatch.selectors.summaries import Figures, Summary
from dispatch.selectors.summaries.figures import LEVELS
from dispatch.services.summaries.columns import LEVEL_NAMES, Column, columns_of
from dispatch.services.summaries.words import age_of, span_of, title_of

# Texts are written as texts, never as formulas or links, whatever they begin with.
AS_TOLD = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def make_workbook(summary: Summary) -> bytes:
    """Return the summary as an XLSX file, in the active language."""
    kept = BytesIO()
    book = Workbook(kept, AS_TOLD)
    book.set_properties({"title": title_of(summary.subject, summary.period)})
    columns = columns_of(summary.subject)
    pages = Pages(book, columns)
    of = summary.subject
    pages.overview(summary)
    days = [(day, figures) for day, figures in summary.days.items()]
    pages.table(_("By day"), _("day"), days, columns, chart=_("swaps"))
    if summary.trucks:
        pages.table(_("By truck"), _("plate"), _named(summary.trucks), columns_of(of, by="truck"))
    if summary.stations:
        pages.table(
            _("By station"), _("station"), _named(summary.stations), columns_of(of, by="station")
        )
    pages.energy(days)
    pages.definitions()
    book.close()
    return kept.getvalue()


def safe(text: str) -> str:
    """Return a text no spreadsheet takes for a formula, even saved as CSV and opened again."""
    cut = text[:32_000]
    return f"'{cut}" if cut.startswith(RISKY) else cut


def _named(rows: dict[tuple[str, int], Figures]) -> list[tuple[str, Figures]]:
    return [(name, figures) for (name, _pk), figures in rows.items()]


class Pages:
    """The sheets of a workbook."""

    def __init__(self, book: Any, columns: Sequence[Column]) -> None:
        self.book, self.columns = book, columns
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 15})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.numbers = {
            digits: book.add_format({"num_format": "#,##0" + ("." + "0" * digits) * bool(digits)})
            for digits in range(4)
        }

    def overview(self, summary: Summary) -> None:
        """Write the figures of the whole period, one a line."""
        sheet = self.book.add_worksheet(_("Figures"))
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 14)
        sheet.set_column(2, 2, 10)
        sheet.write_string(0, 0, safe(title_of(summary.subject, summary.period)), self.title)
        sheet.write_string(1, 0, span_of(summary.period))
        sheet.write_string(2, 0, age_of(summary))
        for at, head in enumerate((_("figure"), _("value"), _("unit"))):
            sheet.write_string(4, at, head, self.head)
        sheet.freeze_panes(5, 0)
        for row, column in enumerate(self.columns, 5):
            sheet.write_string(row, 0, str(column.label))
            self._number(sheet, row, 1, column, summary.total)
            if column.unit:
                sheet.write_string(row, 2, str(column.unit))

    def table(
        self,
        name: str,
        first: str,
        rows: Iterable[tuple[date | str, Figures]],
        columns: Sequence[Column],
        *,
        chart: str = "",
    ) -> None:
        """Write one line of figures for each day, truck or station."""
        sheet = self.book.add_worksheet(name)
        self._heads(sheet, [first, *(headed(column) for column in columns)])
        count = 0
        for count, (key, figures) in enumerate(rows, 1):
            self._key(sheet, count, key)
            for at, column in enumerate(columns, 1):
                self._number(sheet, count, at, column, figures)
        sheet.autofilter(0, 0, count, len(columns))
        if chart and count > 1:
            self._chart(sheet, name, chart, count, columns=[1])

    def energy(self, days: Iterable[tuple[date, Figures]]) -> None:
        """Write what was charged by day and tariff level, kWh and CNY."""
        name = _("Energy by tariff")
        sheet = self.book.add_worksheet(name)
        levels = [f"{LEVEL_NAMES[level]}, {unit}" for unit in ("kWh", _("CNY")) for level in LEVELS]
        self._heads(sheet, [_("day"), *levels])
        count = 0
        for count, (day, figures) in enumerate(days, 1):
            self._key(sheet, count, day)
            for at, level in enumerate(LEVELS, 1):
                energy = figures.charged.get(level)
                kwh = round(energy.energy_kwh, 1) if energy else 0
                cny = round(energy.cost_cny, 2) if energy else 0
                sheet.write_number(count, at, kwh, self.numbers[1])
                sheet.write_number(count, at + len(LEVELS), cny, self.numbers[2])
        if count > 1:
            self._chart(sheet, name, _("energy charged"), count, columns=range(1, len(LEVELS) + 1))

    def definitions(self) -> None:
        """Write what each figure is."""
        sheet = self.book.add_worksheet(_("Definitions"))
        self._heads(sheet, [_("figure"), _("what it is")])
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 100)
        for row, column in enumerate(self.columns, 1):
            sheet.write_string(row, 0, headed(column))
            sheet.write_string(row, 1, str(column.what), self.wrapped)

    def _heads(self, sheet: Any, heads: Sequence[str]) -> None:
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, len(heads), 12)
        for at, head in enumerate(heads):
            sheet.write_string(0, at, head, self.head)
        sheet.freeze_panes(1, 1)

    def _key(self, sheet: Any, row: int, key: date | str) -> None:
        if isinstance(key, date):
            sheet.write_datetime(row, 0, key, self.day)
        else:
            sheet.write_string(row, 0, safe(key))

    def _number(self, sheet: Any, row: int, at: int, column: Column, figures: Figures) -> None:
        value = column.number(figures)
        if value is not None:  # what was not measured is an empty cell, not a zero
            sheet.write_number(row, at, value, self.numbers[column.digits])

    def _chart(
        self, sheet: Any, name: str, title: str, count: int, *, columns: Iterable[int]
    ) -> None:
        chart = self.book.add_chart({"type": "column", "subtype": "stacked"})
        for at in columns:
            chart.add_series(
                {
                    "name": [name, 0, at],
                    "categories": [name, 1, 0, count, 0],
                    "values": [name, 1, at, count, at],
                }
            )
        chart.set_title({"name": title})
        sheet.insert_chart(count + 2, 0, chart)


def headed(column: Column) -> str:
    """Return a column's head with its unit."""
    return f"{column.label}, {column.unit}" if column.unit else str(column.label)
