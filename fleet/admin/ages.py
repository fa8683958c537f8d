"""How long ago, as people say it."""

from django.utils.translation import gettext

MINUTES_FROM_S = 120
HOURS_FROM_S = 2 * 3600
DAYS_FROM_S = 2 * 24 * 3600


def age_text(seconds: int) -> str:
    """Return a length of time in its largest fitting unit, rounded down."""
    if seconds < MINUTES_FROM_S:
        return gettext("%(n)s s") % {"n": seconds}
    if seconds < HOURS_FROM_S:
        return gettext("%(n)s min") % {"n": seconds // 60}
    if seconds < DAYS_FROM_S:
        return gettext("%(n)s h") % {"n": seconds // 3600}
    return gettext("%(n)s d") % {"n": seconds // 86400}
