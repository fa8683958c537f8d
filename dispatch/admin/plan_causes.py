"""Why a plan was made, in words: runs keep the code of what asked for them."""

from django.utils.translation import gettext_lazy as _

from dispatch.lifecycle import STATES
from dispatch.models import SwapAssignment

CAUSES = {
    "tick": _("routine"),
    "stranded_risk": _("a truck may strand"),
    "workbench": _("committed on the workbench"),
    "slot": _("a slot changed"),
    "lane_state": _("a lane changed"),
    "pack_quarantined": _("a pack was quarantined"),
    "pack_released": _("a pack was released"),
    "lane_closed": _("a lane was closed"),
    "lane_opened": _("a lane was opened again"),
    "station_closed": _("a station was closed"),
    "station_opened": _("a station was opened again"),
    "trip_changed": _("a trip changed"),
    "trip_cancelled": _("a trip was cancelled"),
    "shift_started": _("a shift began"),
    "by_hand": _("a swap assigned by hand"),
    "ban": _("a station was forbidden"),
    "ban_lifted": _("a station was allowed again"),
    "power cap": _("a power cap changed"),
}


def cause_words(cause: str) -> str:
    """Return what asked for a plan, in the reader's language; an unknown code as it is."""
    if cause in STATES:  # a promise that came into this state
        return str(
            _("a promise: %(state)s") % {"state": SwapAssignment(state=cause).get_state_display()}
        )
    return str(CAUSES.get(cause, cause))
