"""All groups of the start page, for what one user may look at."""

from datetime import datetime

from dispatch.selectors.attention.alarms import alarm_groups
from dispatch.selectors.attention.calls import call_groups
from dispatch.selectors.attention.needs import Group, Sight
from dispatch.selectors.attention.offers import offer_group
from dispatch.selectors.attention.stations import blocked_group, stock_group


def needs_now(sight: Sight, *, has_stations: bool, now: datetime) -> list[Group]:
    """Return the groups, gravest first, in the same number of queries however many rows there are.

    Groups of stations are left out for who looks into none.
    """
    calls = call_groups(sight, now=now)
    stranded, silent, alarms = alarm_groups(sight.alarms)
    offers = offer_group(sight.assignments, now=now)
    if not has_stations:
        return [*calls, stranded, offers, silent, alarms]
    blocked = blocked_group(sight.stations, now=now)
    stock = stock_group(sight.stations, now=now)
    return [*calls, stranded, stock, blocked, offers, silent, alarms]
