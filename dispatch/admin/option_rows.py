"""The stations a promise chose and refused, as people read them."""

from typing import Any

from django.utils.translation import gettext as _

from dispatch.models import SwapAssignment
from fleet.models import SwapStation


def verdicts() -> dict[str, str]:
    """Return the reasons of `services.options` in the reader's language."""
    return {
        "chosen": _("chosen"),
        "below_reserve": _("out of reach: below the reserve on arrival"),
        "no_packs": _("no pack of its type"),
        "no_capacity": _("no lane or charged pack free in time"),
        "more_delay": _("more delay"),
    }


def option_rows(assignment: SwapAssignment) -> list[dict[str, Any]]:
    """Return the options of a promise with names, minutes and verdicts, the chosen one first."""
    codes = [option["station"] for option in assignment.options]
    names = dict(SwapStation.objects.filter(code__in=codes).values_list("code", "name"))
    texts = verdicts()
    return [
        {
            "station": names.get(option["station"], option["station"]),
            "is_chosen": option["chosen"],
            "verdict": texts.get(option["reason"], option["reason"]),
            "drive_min": _minutes(option["travel_s"]),
            "distance_km": round(option["distance_m"] / 1000, 1),
            "wait_min": _minutes(option["wait_s"]),
            "extra_min": _minutes(option["extra_s"]),
            "packs_ready": option["packs_ready"],
            "soc_on_arrival_percent": option["soc_on_arrival_percent"],
        }
        for option in assignment.options
    ]


def _minutes(seconds: int | None) -> int | None:
    return None if seconds is None else round(seconds / 60)
