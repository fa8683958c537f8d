"""The stations a promise chose and refused, as people read them, each reader as it may."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dispatch.models import SwapAssignment
from dispatch.selectors.why import NOT_BY_PLAN
from dispatch.services.plans.explanations import explained
from fleet.access import Viewer, trucks_for


def verdicts() -> dict[str, str]:
    """Return what binds an option (`planning.binding.OptionCode`) in the reader's language."""
    return {
        "chosen": _("chosen"),
        "no_worse": _("no worse for the fleet: the search found nothing better in its time"),
        "longer": _("a longer way, even with no queue"),
        "lateness": _("it would come late to its stops, even with no queue"),
        "lane_busy": _("no lane free in time"),
        "no_packs": _("no charged packs left in time"),
        "others_lose": _("others would lose more"),
        "out_of_reach": _("out of reach: below the reserve on arrival"),
        "route_breaks": _("in reach, but the trip cannot be finished from there"),
        "after_horizon": _("arrives after the hours planned"),
        "held": _("it would break an accepted promise"),
    }


class TruckNames:
    """Plates of the trucks that options speak of, for one reader: of strangers, none."""

    def __init__(self, rows: Iterable[dict[str, Any]], user: Viewer, *, now: datetime) -> None:
        keys = {key for row in rows for key in _keys(row)}
        seen = trucks_for(user, now=now).filter(pk__in=keys)
        self._plates = dict(seen.values_list("pk", "plate"))

    def name(self, key: int | None) -> SafeString:
        """Return the plate with a link, or that it is another's truck."""
        plate = self._plates.get(key or 0)
        if plate is None:
            return format_html("{}", _("another truck"))
        url = reverse("admin:fleet_truck_change", args=[key])
        return format_html('<a class="underline" href="{}">{}</a>', url, plate)


def option_rows(assignment: SwapAssignment, user: Viewer, *, now: datetime) -> list[dict[str, Any]]:
    """Return the options of a promise with their verdicts in words, the chosen one first."""
    rows = assignment.options
    if not rows and assignment.why.get("code") not in NOT_BY_PLAN:
        rows = explained(assignment)
    return worded(rows, TruckNames(rows, user, now=now))


def worded(rows: list[dict[str, Any]], names: TruckNames) -> list[dict[str, Any]]:
    """Add to stored options what they mean in words."""
    texts = verdicts()
    return [
        {
            **row,
            "verdict_text": texts.get(row["verdict"], row["verdict"]),
            "because": _because(row, names),
        }
        for row in rows
    ]


def _because(row: dict[str, Any], names: TruckNames) -> SafeString:
    """Name the trucks concerned: who would lose how much, or who holds what is short."""
    if losers := row.get("losers"):
        parts = [(names.name(loser["truck_id"]), _loss(loser)) for loser in losers]
        return format_html_join(", ", "{} {}", parts)
    if blockers := row.get("blockers"):
        held = format_html_join(", ", "{}", [(names.name(key),) for key in blockers])
        return format_html("{} {}", _("held by"), held)
    return SafeString("")


def _loss(loser: dict[str, Any]) -> str:
    if loser["is_left_out"]:
        return _("would be left without a swap")
    return _("would lose %(minutes)s min") % {"minutes": loser["min"]}


def _keys(row: dict[str, Any]) -> set[int]:
    keys = {loser["truck_id"] for loser in row.get("losers", [])} | set(row.get("blockers", []))
    return {key for key in keys if key is not None}
