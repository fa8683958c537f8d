"""Bars on a time axis of eight hours, stacked so that none is drawn over another."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.models.assignment import STATE_NAMES
from fleet.models import PackQuarantine

BACK = timedelta(hours=2)
AHEAD = timedelta(hours=6)
LABEL_PERCENT = 8.0
"""How wide a plate is, in percent of the axis on an office screen."""
LEAST_PERCENT = 0.4
SUB_LANE_PX = 24
BAR_PX = 20


def kind_name(kind: str) -> str:
    """Return what a kind of bar means, in the reader's language."""
    words = {
        "charging": _("charging"),
        "ready": _("ready"),
        "promised": _("promised"),
        "blocked": _("blocked"),
    }
    return words.get(kind) or str(STATE_NAMES[kind])


@dataclass(slots=True, kw_only=True)
class Bar:
    """Something that lasts; `left` and `width` are percent of the axis.

    `page` and `pk` name the record it leads to; `sub` is the sub-lane it is drawn in.
    """

    kind: str
    left: float
    width: float
    label: str = ""
    says: str = ""
    page: str = ""
    pk: int = 0
    sub: int = 0

    @property
    def href(self) -> str:
        """Return the address of the record."""
        return reverse(f"admin:{self.page}_change", args=[self.pk])

    @property
    def name(self) -> str:
        """Return what the bar says in words."""
        return " ".join(filter(None, [kind_name(self.kind), self.label or self.says]))

    @property
    def right(self) -> float:
        """Return where the bar and its label end."""
        return self.left + max(self.width, LABEL_PERCENT if self.label else 0)

    @property
    def y(self) -> int:
        """Return the top of the bar in its row, px."""
        return 2 + self.sub * SUB_LANE_PX

    @property
    def label_y(self) -> int:
        """Return the baseline of the label in its row, px."""
        return self.y + 15


@dataclass(slots=True, kw_only=True)
class Row:
    """A lane or a slot: its name, what it is now, and its bars."""

    what: str
    name: str
    state: str
    detail: str = ""
    pack: str = ""
    pack_pk: int = 0
    fault: str = ""
    is_stale: bool = False
    is_blocked: bool = False
    is_quarantined: bool = False
    quarantine: PackQuarantine | None = None
    number: int
    bars: list[Bar] = field(default_factory=list)

    @property
    def height(self) -> int:
        """Return the height of the row, px."""
        return 4 + SUB_LANE_PX * max((bar.sub + 1 for bar in self.bars), default=1)

    def add(self, bar: Bar | None) -> None:
        """Take a bar in, if there is one."""
        if bar is not None:
            self.bars.append(bar)

    def stacked(self) -> Self:
        """Give each bar the first sub-lane that is free where it and its label lie."""
        ends: list[float] = []
        for bar in sorted(self.bars, key=lambda bar: (bar.left, -bar.width)):
            free = (i for i, end in enumerate(ends) if end <= bar.left)
            bar.sub = next(free, len(ends))
            ends[bar.sub : bar.sub + 1] = [round(bar.right, 3)]
        return self


class Axis:
    """The time axis of a board, from `BACK` before now to `AHEAD` of it."""

    def __init__(self, now: datetime) -> None:
        self.start = now - BACK
        self.end = now + AHEAD
        self._span = (self.end - self.start).total_seconds()

    def left(self, at: datetime) -> float:
        """Return where an instant lies, in percent of the axis."""
        return round((at - self.start).total_seconds() / self._span * 100, 3)

    def hours(self) -> list[tuple[float, datetime]]:
        """Return the full hours on the axis, each with where it lies."""
        first = self.start.replace(minute=0, second=0, microsecond=0)
        marks = [first + timedelta(hours=hour) for hour in range(10)]
        return [(self.left(at), at) for at in marks if self.start <= at < self.end]

    def bar(
        self,
        kind: str,
        start: datetime | None,
        end: datetime | None,
        *,
        label: str = "",
        says: str = "",
        leads_to: tuple[str, int] = ("", 0),
    ) -> Bar | None:
        """Return a bar cut to the axis, or None if it lies outside."""
        begins, ends = max(start or self.start, self.start), min(end or self.end, self.end)
        if begins >= ends:
            return None
        left = min(self.left(begins), 100 - LEAST_PERCENT)
        page, pk = leads_to
        return Bar(
            kind=kind,
            left=left,
            width=round(max(self.left(ends) - left, LEAST_PERCENT), 3),
            label=label,
            says=says,
            page=page,
            pk=pk,
        )
