"""The plan workbench's lists and figures, as templates show them."""

from typing import Any

from django.utils.translation import gettext as _

from dispatch.admin.unserved_rows import reasons
from dispatch.admin.workbench_words import (
    edit_text,
    kinds,
    outcome_text,
    refusal_text,
    spot_text,
)
from dispatch.models import PlanDraft
from dispatch.selectors.workbench import Bench

MOST_ROWS = 200


def change_rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the list of what would change, the weightiest first."""
    words, why = kinds(), reasons()
    return [
        {
            "change": change,
            "plate": change.plate or _("another truck"),
            "kind": words.get(change.kind, "") if change.kind or change.then else "",
            "was": spot_text(change.was),
            "then": spot_text(change.then),
            "more_min": minutes(change.more_s),
            "more_cny": f"{change.more_milli_cny / 1000:+.2f}" if change.more_milli_cny else "",
            "why": why.get(change.reason, ""),
        }
        for change in bench.changes[:MOST_ROWS]
    ]


def minutes(seconds: int) -> str:
    """Return minutes more or less, empty for none."""
    return f"{seconds / 60:+.1f}" if seconds else ""


def figures(bench: Bench) -> list[dict[str, Any]]:
    """Return the figures of the plans beside each other: before, after, difference."""
    if not bench.sums:
        return []
    before, after = list(bench.sums.values())[-2:]
    return [
        _figure(_("truck-minutes lost"), before.cost_s / 60, after.cost_s / 60, 0),
        _figure(_("minutes waited"), before.wait_s / 60, after.wait_s / 60, 0),
        _figure(_("CNY for charging"), before.paid / 1000, after.paid / 1000, 0),
        _figure(_("trucks without a swap"), before.left_out, after.left_out, 0),
    ]


def _figure(name: str, before: float, after: float, digits: int) -> dict[str, Any]:
    more = round(after, digits) - round(before, digits)
    return {
        "name": name,
        "before": f"{before:.{digits}f}",
        "after": f"{after:.{digits}f}",
        "more": f"{more:+.{digits}f}" if more else "±0",
        "is_worse": more > 0,
    }


def edit_rows(draft: PlanDraft, bench: Bench) -> list[dict[str, Any]]:
    """Return the draft's edits with what the preview, and a commit, said of each."""
    told = (draft.result or {}).get("edits", {})
    names = {station.pk: str(station) for station in bench.stations}
    rows = []
    for edit in draft.edits.select_related("truck", "station"):
        one = told.get(str(edit.pk))
        rows.append(
            {
                "edit": edit,
                "text": edit_text(edit),
                "outcome": outcome_text(one, bench.plates),
                "refusal": refusal_text(edit.refusal, bench.plates, names),
                "is_possible": one is not None and not one["code"],
                "is_looked_at": one is not None,
                "own_min": minutes(one["more_s"]) if one else "",
            }
        )
    return rows
