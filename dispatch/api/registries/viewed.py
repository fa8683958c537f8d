"""`?view=NAME`: the filters of a saved view, as the admin's list has them."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from dispatch.api.registries.callers import Caller
from dispatch.selectors.listings import UnreadFilterError, filtered
from fleet.api.problems import Problem
from fleet.models import Operator, User
from fleet.selectors.saved_views import view_named


def as_viewed(
    rows: QuerySet[Any], listing: str, name: str, *, caller: Caller, now: datetime
) -> QuerySet[Any]:
    """Return the rows that a saved view shows: one's own, a colleague's or, by key, a shared one.

    Raises
    ------
    Problem
        404 `unknown_view`; 409 `unread_view`: it filters by what only the page knows.
    """
    filters = filters_of_view(
        listing,
        name,
        user=None if caller.device else caller.user,
        operator=caller.user.operator,
    )
    return apply_view(rows, listing, filters, user=caller.user, now=now)


def filters_of_view(
    listing: str, name: str, *, user: User | None, operator: Operator | None
) -> dict[str, str]:
    """Return the filters of a view by its name.

    Raises
    ------
    Problem
        404 `unknown_view`.
    """
    view = view_named(name, listing=listing, user=user, operator=operator)
    if view is None:
        detail = "Nobody saved a view of this list under this name for you."
        raise Problem(status=404, code="unknown_view", detail=detail)
    filters: dict[str, str] = view.filters
    return filters


def apply_view(
    rows: QuerySet[Any], listing: str, filters: dict[str, str], *, user: User, now: datetime
) -> QuerySet[Any]:
    """Filter rows as a view does.

    Raises
    ------
    Problem
        409 `unread_view`.
    """
    try:
        return filtered(rows, listing, filters, user=user, now=now)
    except UnreadFilterError as error:
        raise Problem(
            status=409, code="unread_view", detail=str(error), filters=error.filters
        ) from error
