"""A shift's kept figures as tables in the reader's language, for page and paper."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.models.assignment import STATE_NAMES
from dispatch.selectors.block_reasons import said
from fleet.selectors.said import detail_said, reason_said
from telematics.models import Alarm

type Shape = tuple[str, str, list[str], Callable[[dict[str, Any]], list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a hand-over: title, heads, and a row for each thing."""

    key: str
    title: str
    heads: list[str]
    rows: list[list[str]]

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self.rows)


def clock_of(text: str | None, form: str = "%H:%M") -> str:
    """Return a kept instant as the station's clock showed it."""
    return timezone.localtime(datetime.fromisoformat(text)).strftime(form) if text else "–"


def sections_of(figures: dict[str, Any]) -> list[Section]:
    """Return the parts of a hand-over in their order."""
    return [
        Section(key=key, title=title, heads=heads, rows=[tell(row) for row in figures[key]])
        for key, title, heads, tell in (*_what_stands(), *_what_happened())
    ]


def _what_stands() -> list[Shape]:
    plate, lane, why = _("Truck"), _("Lane"), _("Reason")
    ahead = [_("ETA"), plate, lane, _("Packs"), _("State")]
    apart = [_("Pack"), _("Slot"), _("since"), why, _("release asked by")]
    return [
        ("ahead", _("Promises ahead"), ahead, _ahead_row),
        ("open_alarms", _("Open alarms"), _alarm_heads(), _alarm_row),
        ("quarantined", _("Quarantined packs"), apart, _apart_row),
        ("blocked", _("Out of use"), [_("What"), _("since"), why], _blocked_row),
    ]


def _what_happened() -> list[Shape]:
    plate, lane, why = _("Truck"), _("Lane"), _("Reason")
    done, lost = [_("begun"), _("done"), plate, lane], [_("ended"), plate, _("State"), why]
    return [
        ("swaps", _("Swaps done"), done, _swap_row),
        ("lost", _("Swaps lost"), lost, _lost_row),
        ("faults", _("Alarms of the shift"), _alarm_heads(), _alarm_row),
    ]


def _ahead_row(row: dict[str, Any]) -> list[str]:
    state, packs = str(STATE_NAMES[row["state"]]), ", ".join(row["packs"])
    return [clock_of(row["eta"]), row["plate"], f"L{row['lane']}", packs, state]


def _apart_row(row: dict[str, Any]) -> list[str]:
    since, why = clock_of(row["since"], "%m-%d %H:%M"), said(row["reason"])
    return [row["pack"], f"S{row['slot']}", since, why, row["asked_by"] or "–"]


def _blocked_row(row: dict[str, Any]) -> list[str]:
    what = row["what"] or _("the whole station")
    return [what, clock_of(row["since"], "%m-%d %H:%M"), said(row["reason"])]


def _swap_row(row: dict[str, Any]) -> list[str]:
    times = [clock_of(row["began_at"]), clock_of(row["ended_at"])]
    return [*times, row["plate"], f"L{row['lane']}"]


def _lost_row(row: dict[str, Any]) -> list[str]:
    state = str(STATE_NAMES[row["state"]])
    return [clock_of(row["ended_at"]), row["plate"], state, reason_said(row["reason"])]


def _alarm_heads() -> list[str]:
    return [_("opened"), _("closed"), _("Kind"), _("Level"), _("Detail")]


def _alarm_row(row: dict[str, Any]) -> list[str]:
    kind = str(Alarm.Kind(row["kind"]).label)
    times = [clock_of(row["opened_at"]), clock_of(row["closed_at"])]
    return [*times, kind, str(row["level"]), detail_said(row["detail"])]
