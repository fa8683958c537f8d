"""The trucks a plan run found nothing for: why, and what would have helped."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from dispatch import access
from dispatch.admin.option_rows import TruckNames, worded
from dispatch.models import PlanRun
from fleet.access import Viewer, sees_everything


def reasons() -> dict[str, str]:
    """Return why a truck is not served (`planning.plan.Reason`) in the reader's language."""
    return {
        "unreachable": _("no sequence of swaps carries it to its last stop"),
        "no_packs": _("no station within reach has packs of its type"),
        "no_capacity": _(
            "lanes or packs within reach are taken until the end of the hours planned"
        ),
        "hold_impossible": _("its promise can no longer be kept"),
        "not_worth_it": _("what is left would cost more than leaving it"),
    }


def unserved_rows(run: PlanRun, user: Viewer, *, now: datetime) -> list[dict[str, Any]]:
    """Return the unserved trucks that a user may look at as their holder, in words."""
    rows = run.unserved_why or [
        {"plate": left["truck"], "reason": left["reason"], "helps": [], "options": []}
        for left in (run.plan or {}).get("unserved", [])
    ]
    if not sees_everything(user):
        held = access.held_trucks(user, now=now)
        own = set(held.filter(plate__in=[row["plate"] for row in rows]).values_list("plate"))
        rows = [row for row in rows if (row["plate"],) in own]
    names = TruckNames([one for row in rows for one in row["options"]], user, now=now)
    texts = reasons()
    return [
        {
            "plate": row["plate"],
            "reason_text": texts.get(row["reason"], row["reason"]),
            "helps": [_help_text(one) for one in row["helps"]],
            "options": worded(row["options"], names),
        }
        for row in rows
    ]


def _help_text(one: dict[str, Any]) -> str:
    """Say in one sentence what would have helped."""
    values = {**one, "energy": one["energy_kwh"]}
    if one["release"]:
        return _("released from its promise, it could swap at %(station)s") % values
    if one["energy_kwh"] and one["station"]:
        return _("%(energy)s kWh more on board, to swap at %(station)s") % values
    if one["energy_kwh"]:
        return _("%(energy)s kWh more on board: then it would need no swap") % values
    if one["packs"] and one["lanes"]:
        return _("one more lane and charged packs at %(station)s: %(packs)s") % values
    if one["lanes"]:
        return _("one more lane at %(station)s") % values
    return _("charged packs more at %(station)s: %(packs)s") % values
