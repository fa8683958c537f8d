"""Sentences that stand in rows, in the reader's language.

The service writes reasons and details into rows in English, once, whoever reads them later; what
people wrote is shown as they wrote it.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_noop

REASONS = frozenset(
    {
        gettext_noop("promised"),
        gettext_noop("changed"),
        gettext_noop("pinned"),
        gettext_noop("unpinned"),
        gettext_noop("swap"),
        gettext_noop("accepted"),
        gettext_noop("arrived"),
        gettext_noop("queued"),
        gettext_noop("swapping"),
        gettext_noop("done"),
        gettext_noop("The lane is late for it."),
        gettext_noop("checked in at the station"),
        gettext_noop("did not come within its window"),
        gettext_noop("handed over"),
        gettext_noop("looked at"),
        gettext_noop("not yet"),
        gettext_noop("opened by the station"),
        gettext_noop("saved view"),
        gettext_noop("swapped"),
        gettext_noop("taken back"),
        gettext_noop("taken over"),
        gettext_noop("view removed"),
        gettext_noop("driver: accept"),
        gettext_noop("driver: leave"),
        gettext_noop("driver: arrive"),
        gettext_noop("driver: end of shift"),
        gettext_noop("end of shift"),
        gettext_noop("first placed by the scenario"),
        gettext_noop("first sign-in link"),
        gettext_noop("geofence"),
        gettext_noop("no swap was reported"),
        gettext_noop("not answered in time"),
        gettext_noop("signed out everywhere"),
        gettext_noop("start of shift"),
        gettext_noop("swapped without check-in"),
    }
)
# What drivers choose when they decline, people at a station when they block, and why the service
# itself ends a promise, by its code.
CHOSEN: dict[str, Callable[[], str]] = {
    "too_far": lambda: gettext("Too far"),
    "have_enough_charge": lambda: gettext("Enough charge"),
    "road_blocked": lambda: gettext("Road blocked"),
    "truck_fault": lambda: gettext("Truck fault"),
    "rest_time": lambda: gettext("Rest time"),
    "other": lambda: gettext("Another reason"),
    "no_longer_needed": lambda: gettext("no longer needed"),
    "lane_closed": lambda: gettext("lane closed"),
    "robot fault": lambda: gettext("robot fault"),
    "maintenance": lambda: gettext("maintenance"),
    "safety": lambda: gettext("safety"),
    "power cut": lambda: gettext("power cut"),
    "in the way": lambda: gettext("something in the way"),
    "too hot": lambda: gettext("too hot"),
    "smoke or leak": lambda: gettext("smoke or leak"),
    "dropped": lambda: gettext("dropped or hit"),
    "to be inspected": lambda: gettext("to be inspected"),
}
DETAILS = (
    (
        re.compile(r"(?P<truck>\S+) at (?P<charge>\d+) %: (?P<why>.+)"),
        gettext_noop("%(truck)s at %(charge)s %%: %(why)s"),
    ),
    (
        re.compile(r"(?P<count>\d+) reports wait without a partition: (?P<days>.*)"),
        gettext_noop("%(count)s reports wait without a partition: %(days)s"),
    ),
    (
        re.compile(r"(?P<serial>.*): two units use one key \((?P<kinds>.*)\)"),
        gettext_noop("%(serial)s: two units use one key (%(kinds)s)"),
    ),
    (
        re.compile(
            r"(?P<code>.*): input (?P<digest>\w+) broke the planner (?P<count>\d+) times "
            r"and goes to greedy until it changes: (?P<error>.*)",
            re.DOTALL,
        ),
        gettext_noop(
            "%(code)s: input %(digest)s broke the planner %(count)s times and goes to greedy "
            "until it changes: %(error)s"
        ),
    ),
    (
        re.compile(
            r"(?P<truck>.*): onto the truck (?P<out>.*); into slots (?P<came>.*), "
            r"as the station saw(?P<rest>.*)"
        ),
        gettext_noop(
            "%(truck)s: onto the truck %(out)s; into slots %(came)s, as the station saw%(rest)s"
        ),
    ),
)


# An instant alone, as the alarm rules write it.
INSTANT = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) UTC")


def reason_said(text: str) -> str:
    """Return a reason that stands in a row: one of ours translated, a person's as it is."""
    if text in CHOSEN:
        return CHOSEN[text]()
    return gettext(text) if text in REASONS else text


def detail_said(text: str) -> str:
    """Return what an alarm's detail says, in the reader's hours; numbers and codes as they are."""
    for pattern, sentence in DETAILS:
        if found := pattern.fullmatch(text):
            parts = found.groupdict()
            if "why" in parts:  # a sentence of the planner's, known to the catalogue
                parts["why"] = gettext(parts["why"])
            return gettext(sentence) % parts
    if found := INSTANT.fullmatch(text):
        return f"{localtime(datetime.fromisoformat(found[1]).replace(tzinfo=UTC)):%Y-%m-%d %H:%M}"
    return text
