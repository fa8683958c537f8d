"""What a driver is written: station, lane, time and what to do; no name, no plate, no place."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from dispatch.models import DriverNotice, SwapAssignment

HAN_CHARACTERS = 70  # of one text message with Chinese in it
LATIN_CHARACTERS = 160


def title_of(kind: str) -> str:
    """Return what happened, in five words or so."""
    titles = {
        DriverNotice.Kind.OFFERED: _("Battery swap offered"),
        DriverNotice.Kind.CHANGED: _("Battery swap changed"),
        DriverNotice.Kind.ENDED: _("Battery swap cancelled"),
    }
    return titles.get(DriverNotice.Kind(kind), "")


def station_of(assignment: SwapAssignment) -> str:
    """Return station and lane."""
    named = {"station": assignment.station, "lane": assignment.lane.number}
    return _("%(station)s, lane %(lane)s") % named


def time_of(assignment: SwapAssignment, *, kind: str) -> str:
    """Return by when to leave, or when the swap was to be, on a clock of 24 hours."""
    at = assignment.eta if kind == DriverNotice.Kind.ENDED else assignment.leave_by_at
    return date_format(localtime(at), "H:i")


def text_of(kind: str, *, station: str, time_text: str) -> str:
    """Return the whole message; a long name of a station is cut so that it stays one."""
    sentences = {
        DriverNotice.Kind.OFFERED: _(
            "Swap at %(station)s. Leave by %(time)s. Answer on your driver's page."
        ),
        DriverNotice.Kind.CHANGED: _(
            "Your swap has changed: %(station)s. Leave by %(time)s. See your driver's page."
        ),
        DriverNotice.Kind.ENDED: _(
            "Your swap at %(time)s is cancelled: %(station)s. See your driver's page."
        ),
    }
    sentence = sentences[DriverNotice.Kind(kind)]
    text = sentence % {"station": station, "time": time_text}
    too_long = len(text) - (LATIN_CHARACTERS if text.isascii() else HAN_CHARACTERS)
    if too_long > 0:
        text = sentence % {"station": f"{station[: -too_long - 1]}…", "time": time_text}
    return text
