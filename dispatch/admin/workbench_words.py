"""What the plan workbench says of edits, previews and commits, in the reader's language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dispatch.models import DraftEdit, PlanDraft
from dispatch.selectors.workbench import Spot

Phase = PlanDraft.Phase


def kinds() -> dict[str, str]:
    """Return what a plan does with a truck's promise."""
    return {
        "new": _("new"),
        "changed": _("other time"),
        "diverted": _("other station"),
        "dropped": _("dropped"),
        "": _("later"),
    }


def refusals() -> dict[str, str]:
    """Return what makes an edit impossible, or has it refused when it is committed."""
    return {
        "no_way": _("The truck has no way by this station, or it is forbidden there."),
        "out_of_reach": _("Out of reach: it would arrive below its reserve."),
        "below_reserve": _("Out of reach: it would arrive below its reserve."),
        "after_horizon": _("It would arrive after the hours planned."),
        "too_late": _("It can no longer be there in time."),
        "lane_busy": _("No lane is free there in the hours planned."),
        "lane_taken": _("Another truck has the lane at that time."),
        "lane_closed": _("The lane is closed then."),
        "no_packs": _("No charged packs are left there in the hours planned."),
        "pack_taken": _("Another truck has the packs."),
        "pack_gone": _("A pack has gone meanwhile."),
        "pack_not_ready": _("The packs are not charged by then."),
        "pack_twice": _("The packs are promised to another truck too."),
        "route_breaks": _("Swapped there, it could not drive the rest of its way."),
        "no_capacity": _("No lane or charged pack is left for it anywhere."),
        "unreachable": _("It reaches no other station: it would be left without a swap."),
        "not_worth_it": _("Serving it would cost the fleet more than leaving it."),
        "hold_impossible": _("The promise can no longer be kept."),
        "no_promise": _("It has no promise that could be kept."),
        "swap_under_way": _("Its swap has begun."),
        "stale": _("It has been silent for over 10 minutes."),
        "not_on_shift": _("It is not on shift."),
        "station_closed": _("The station is closed."),
        "station_forbidden": _("The station was forbidden to it meanwhile."),
        "changed_meanwhile": _("The truck's promise has changed since your preview."),
        "preview_too_old": _("The time has passed: look again."),
        "not_yours": _("You may not change this any more."),
        "not_solved": _("It was not in the preview: look again."),
        "truck_taken": _("The truck has been promised another swap meanwhile."),
    }


def phases() -> dict[str, str]:
    """Return how far a preview is."""
    return {
        Phase.IDLE: _("Nothing looked at yet."),
        Phase.ASKED: _("Waits for a worker…"),
        Phase.READING: _("Reads trucks, packs and lanes…"),
        Phase.PLANNING: _("Plans…"),
        Phase.COMPARING: _("Compares…"),
        Phase.DONE: _("Done."),
        Phase.FAILED: _("The preview failed."),
    }


def clock_text(at: datetime) -> str:
    """Return the time of day."""
    return timezone.localtime(at).strftime("%H:%M")


def spot_text(spot: Spot | None) -> str:
    """Return station, lane and time of a place."""
    if spot is None:
        return "–"
    place = {"station": spot.station, "lane": spot.lane, "at": clock_text(spot.at)}
    return _("%(station)s, lane %(lane)s, %(at)s") % place


def edit_text(edit: DraftEdit) -> str:
    """Say what an edit would have."""
    values = {
        "truck": edit.truck.plate,
        "station": str(edit.station) if edit.station else "",
        "at": clock_text(edit.at) if edit.at else "",
        "until": clock_text(edit.until) if edit.until else "",
    }
    if edit.kind == DraftEdit.Kind.PIN:
        return _("%(truck)s keeps its promise") % values
    if edit.kind == DraftEdit.Kind.FORBID:
        return _("%(truck)s not to %(station)s until %(until)s") % values
    if edit.at:
        return _("%(truck)s to %(station)s, not before %(at)s") % values
    return _("%(truck)s to %(station)s, as early as it can") % values


def outcome_text(told: Mapping[str, Any] | None, plates: Mapping[int, str]) -> str:
    """Say what became of an edit in a preview: possible or not, and what binds."""
    if told is None:
        return ""
    rivals = _plates(told["rivals"], plates)
    if told["code"]:
        text = refusals().get(told["code"], str(told["code"]))
        return f"{text} {_('Held by %(trucks)s.') % {'trucks': rivals}}" if rivals else text
    parts = []
    if told["at"]:
        at = clock_text(datetime.fromisoformat(told["at"]))
        parts.append(_("Swap at %(at)s.") % {"at": at})
    if told["waits_for"]:
        short = _("a free lane") if told["waits_for"] == "lane_busy" else _("charged packs")
        parts.append(_("It waits for %(what)s.") % {"what": short})
        if rivals:
            parts.append(_("Held by %(trucks)s.") % {"trucks": rivals})
    if told["late_s"] > 0:
        minutes = round(told["late_s"] / 60)
        parts.append(_("%(minutes)s min late at its stops.") % {"minutes": minutes})
    return " ".join(parts)


def refusal_text(
    refusal: Mapping[str, Any] | None, plates: Mapping[int, str], names: Mapping[int, str]
) -> str:
    """Say why an edit could not be written: what differs, and by whose word."""
    if not refusal:
        return ""
    text = refusals().get(refusal["code"], str(refusal["code"]))
    if truck := refusal.get("truck"):
        text += " " + _("Held by %(trucks)s.") % {"trucks": _plates([truck], plates)}
    place = refusal.get("place")
    if "place" in refusal and place is None:
        text += " " + _("It has none now.")
    if place:
        values = {
            "station": names.get(place["station"], ""),
            "at": clock_text(datetime.fromisoformat(place["at"])),
        }
        text += " " + _("Now it is %(station)s at %(at)s.") % values
    if reason := (place or refusal).get("reason"):
        text += " " + _("The reason given: %(reason)s") % {"reason": reason}
    return text


def _plates(trucks: list[int], plates: Mapping[int, str]) -> str:
    seen = [plates[truck] for truck in dict.fromkeys(trucks) if truck in plates]
    hidden = len(set(trucks)) - len(seen)
    if hidden:
        text = ngettext("%(n)s truck of others", "%(n)s trucks of others", hidden)
        seen.append(text % {"n": hidden})
    return ", ".join(seen)
