"""What the start page is made of: groups with counts, and the worst of each by name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from dispatch.models import SwapAssignment
from fleet.models import Driver, SwapStation
from telematics.models import Alarm

WORST = 3
"""So many of a group are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the user may look at."""

    alarms: QuerySet[Alarm]
    assignments: QuerySet[SwapAssignment]
    stations: QuerySet[SwapStation]
    drivers: QuerySet[Driver] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing of a group, named: `target` is what kind of page shows it, and its key."""

    subject: str
    detail: str
    target: tuple[str, Any]
    since: datetime | None = None
    is_danger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """So many of a group that have a list of their own; `code` says which, `value` narrows it."""

    code: str
    count: int
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Things that need a person in the same way, and how many there are."""

    code: str
    count: int
    is_danger: bool = False
    parts: tuple[Part, ...] = ()
    worst: tuple[Item, ...] = ()
