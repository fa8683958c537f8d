"""Days, months and years above a list: counted from the calendar, never asked of the rows.

To say which days have rows, all of them would be read at every look at the list.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from fleet.clock import now

A_DAY = timedelta(days=1)
MONTHS = 12
KNOWN = {"year": range(1900, 9999), "month": range(1, MONTHS + 1), "day": range(1, 32)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLink:
    """A span of days to choose, or the one that is chosen."""

    title: str
    address: str
    is_chosen: bool = False


def day_links(lst: Any) -> list[DayLink]:
    """Return the spans of days offered above a list, by its `date_hierarchy`; wider ones first."""
    if not lst.date_hierarchy:
        return []
    today, links = localdate(now()), _Links(lst)
    year, month, day = (links.chosen(part) for part in KNOWN)
    if day and month and year:
        return _around(links, date(year, month, min(day, monthrange(year, month)[1])), today)
    everything = links.to(_("All dates"))
    if month and year:
        last = monthrange(year, month)[1]
        days = [date(year, month, number) for number in range(1, last + 1)]
        shown = [links.day(each) for each in days if each <= today]
        return [everything, links.year(year), links.month(days[0], is_chosen=True), *shown]
    if year:
        months = [date(year, number, 1) for number in range(1, MONTHS + 1)]
        shown = [links.month(each) for each in months if each <= today]
        return [everything, links.year(year, is_chosen=True), *shown]
    before = today.replace(day=1) - A_DAY
    return [
        links.to(_("All dates"), is_chosen=not any(links.chosen(part) for part in KNOWN)),
        links.day(today, title=_("Today")),
        links.day(today - A_DAY, title=_("Yesterday")),
        links.month(today),
        links.month(before),
        links.year(today.year),
        links.year(today.year - 1),
    ]


def _around(links: "_Links", chosen: date, today: date) -> list[DayLink]:
    """Return the day that is chosen between its neighbours."""
    after = [links.day(chosen + A_DAY)] if chosen < today else []
    return [
        links.to(_("All dates")),
        links.year(chosen.year),
        links.month(chosen),
        links.day(chosen - A_DAY),
        links.day(chosen, is_chosen=True),
        *after,
    ]


@dataclass(frozen=True, slots=True)
class _Links:
    """The addresses of a list narrowed to days; its other filters stay."""

    lst: Any

    def chosen(self, part: str) -> int | None:
        """Return the year, month or day that the address names; None if none that there is."""
        said = str(self.lst.params.get(f"{self.lst.date_hierarchy}__{part}", ""))
        number = int(said) if said.isascii() and said.isdecimal() and len(said) < 5 else 0
        return number if number in KNOWN[part] else None

    def to(self, title: str, *, is_chosen: bool = False, **parts: int) -> DayLink:
        named = {f"{self.lst.date_hierarchy}__{part}": number for part, number in parts.items()}
        address = self.lst.get_query_string(named, [f"{self.lst.date_hierarchy}__"])
        return DayLink(title=capfirst(title), address=address, is_chosen=is_chosen)

    def year(self, year: int, *, is_chosen: bool = False) -> DayLink:
        return self.to(str(year), year=year, is_chosen=is_chosen)

    def month(self, any_day: date, *, is_chosen: bool = False) -> DayLink:
        title = date_format(any_day, "YEAR_MONTH_FORMAT")
        return self.to(title, year=any_day.year, month=any_day.month, is_chosen=is_chosen)

    def day(self, day: date, *, title: str = "", is_chosen: bool = False) -> DayLink:
        return self.to(
            title or date_format(day, "MONTH_DAY_FORMAT"),
            year=day.year,
            month=day.month,
            day=day.day,
            is_chosen=is_chosen,
        )
