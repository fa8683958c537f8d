"""What the filters of a saved view mean, for programs: the same rows as the admin's list shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.text import smart_split, unescape_string_literal

from dispatch.selectors.attention.offers import waiting
from dispatch.selectors.news import by_sight
from fleet.access import Viewer, drivers_for
from telematics.selectors.alarm_states import in_state

type Named = Callable[[QuerySet[Any], str, datetime], QuerySet[Any]]
SEARCH = "q"


class UnreadFilterError(Exception):
    """A view filters by something that only the page understands."""

    def __init__(self, filters: list[str]) -> None:
        names = ", ".join(filters)
        super().__init__(f"The view filters by {names}, which programs cannot.")
        self.filters = filters


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How a list is filtered: by columns, by related rows, by names of its own, by words."""

    exact: frozenset[str] = frozenset()
    related: frozenset[str] = frozenset()
    dates: str = ""
    named: Mapping[str, Named] = field(default_factory=dict)
    search: tuple[str, ...] = ()


LISTINGS: dict[str, Listing] = {
    "fleet.truck": Listing(
        exact=frozenset({"is_active"}),
        related=frozenset({"model", "region"}),
        search=("plate", "vin", "packs__code"),
    ),
    "fleet.pack": Listing(
        exact=frozenset({"whereabouts", "is_quarantined"}),
        related=frozenset({"type"}),
        search=("code", "truck__plate", "slot__station__name"),
    ),
    "dispatch.trip": Listing(
        exact=frozenset({"state"}),
        related=frozenset({"origin", "destination", "truck"}),
        search=(
            "external_id",
            "truck__plate",
            "truck__vin",
            "origin__name",
            "destination__name",
        ),
    ),
    "dispatch.swapassignment": Listing(
        exact=frozenset({"state", "is_pinned"}),
        related=frozenset({"station"}),
        dates="offered_at",
        named={
            "answer": lambda rows, value, now: waiting(rows, value, now=now),
            "seen": lambda rows, value, _now: by_sight(rows, value),
        },
        search=("truck__plate", "truck__vin", "station__name", "driver__name"),
    ),
    "telematics.alarm": Listing(
        exact=frozenset({"kind", "level"}),
        related=frozenset({"station"}),
        named={"state": lambda rows, value, _now: in_state(rows, value)},
        search=(
            "truck__plate",
            "truck__vin",
            "station__name",
            "station__code",
            "detail",
            "note",
        ),
    ),
}


def filtered(
    rows: QuerySet[Any], label: str, filters: Mapping[str, str], *, user: Viewer, now: datetime
) -> QuerySet[Any]:
    """Return the rows of a list (`fleet.truck`) that filters of its page's address leave.

    Raises
    ------
    UnreadFilterError
        Some of them only the page understands: no rows rather than too many.
    """
    listing, unread = LISTINGS.get(label, Listing()), []
    for name, value in filters.items():
        if value == "":
            continue
        try:
            rows = _one(rows, listing, name, value, user=user, now=now)
        except (KeyError, ValueError, ValidationError):
            unread.append(name)
    if unread:
        raise UnreadFilterError(unread)
    return rows


def _one(
    rows: QuerySet[Any], listing: Listing, name: str, value: str, *, user: Viewer, now: datetime
) -> QuerySet[Any]:
    if name == SEARCH:
        return _found(rows, listing, value, user=user)
    if name in listing.named:
        return listing.named[name](rows, value, now)
    column, _, lookup = name.partition("__")
    if column in listing.exact and lookup in {"exact", "isnull"}:
        return rows.filter(**{name: value})
    if column in listing.related and lookup == "id__exact":
        return rows.filter(**{f"{column}__pk": value})
    if column == listing.dates and lookup in {"year", "month", "day"}:
        return rows.filter(**{name: int(value)})
    raise KeyError(name)


def _found(rows: QuerySet[Any], listing: Listing, words: str, *, user: Viewer) -> QuerySet[Any]:
    """Return the rows in which each word stands; drivers' names only to their own carrier."""
    fields = [name for name in listing.search if name != "driver__name"]
    if len(fields) < len(listing.search) and drivers_for(user).exists():
        fields.append("driver__name")
    for word in smart_split(words):
        if word[0] == word[-1] and word[0] in "\"'":
            word = unescape_string_literal(word)
        somewhere = Q()
        for name in fields:
            somewhere |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(pk__in=rows.model._default_manager.filter(somewhere).values("pk"))
    return rows
