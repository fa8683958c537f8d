"""What actions on many rows touch besides them: promises that stand, and who is told."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import ngettext

from dispatch.access import assignments_for, held_trucks
from dispatch.lifecycle import LIVE
from dispatch.models import PackHold, SwapAssignment
from fleet.admin.asking import consequence_of
from fleet.clock import now

NAMED = 5
TELL_DRIVERS = {"cancel_swaps", "pin_swaps", "unpin_swaps"}
HARMLESS = {"activate", "ask_release", "confirm_release"}


def _standing(request: HttpRequest) -> QuerySet[SwapAssignment]:
    rows = assignments_for(request.user, now=now()).filter(state__in=LIVE)
    return rows.select_related("truck", "driver").order_by("eta")


def _named(swaps: Sequence[SwapAssignment]) -> str:
    names = ", ".join(swap.truck.plate for swap in swaps[:NAMED])
    return names + (" …" if len(swaps) > NAMED else "")


def of_trucks(request: HttpRequest, action: str, trucks: Sequence[Any]) -> list[str]:
    """Say which promises stand for trucks."""
    swaps = list(_standing(request).filter(truck__in=trucks)) if action not in HARMLESS else []
    words = ngettext(
        "%(n)d promise stands for them and is not withdrawn by this: %(names)s",
        "%(n)d promises stand for them and are not withdrawn by this: %(names)s",
        len(swaps),
    )
    return [words % {"n": len(swaps), "names": _named(swaps)}] if swaps else []


def of_packs(request: HttpRequest, action: str, packs: Sequence[Any]) -> list[str]:
    """Say which promises hold packs."""
    if action in HARMLESS:
        return []
    held = PackHold.objects.filter(pack__in=packs, is_live=True).values("assignment")
    swaps = list(_standing(request).filter(pk__in=held))
    words = ngettext(
        "%(n)d promise has these packs: %(names)s. The next plan finds others.",
        "%(n)d promises have these packs: %(names)s. The next plan finds others.",
        len(swaps),
    )
    return [words % {"n": len(swaps), "names": _named(swaps)}] if swaps else []


def of_swaps(request: HttpRequest, action: str, swaps: Sequence[Any]) -> list[str]:
    """Say which drivers are told; their names only to who holds the trucks."""
    told = [swap for swap in swaps if swap.driver_id] if action in TELL_DRIVERS else []
    theirs = held_trucks(request.user, now=now()).filter(pk__in=[s.truck_id for s in told])
    held = set(theirs.values_list("pk", flat=True))
    names = sorted({str(s.driver) for s in told if s.truck_id in held or request.user.is_superuser})
    words = ngettext("%(n)d driver is told at once.", "%(n)d drivers are told at once.", len(told))
    return (
        [words % {"n": len(told)} + (" " + ", ".join(names[:20]) if names else "")] if told else []
    )


consequence_of("fleet.Truck", of_trucks)
consequence_of("fleet.Pack", of_packs)
consequence_of("dispatch.SwapAssignment", of_swaps)
