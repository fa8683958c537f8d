"""How an assignment's pages show what its driver was told and has seen."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_lazy

from dispatch.models import NoticeDelivery, SwapAssignment
from dispatch.selectors.news import Sight, by_sight, sight_of

Outcome = NoticeDelivery.Outcome
ERRORS = {
    "no_phone": gettext_lazy("no phone number in the registry"),
    "odd_phone": gettext_lazy("the phone number is not one"),
    "too_many": gettext_lazy("too many messages in an hour"),
    "off": gettext_lazy("the channel is switched off"),
    "no_openid": gettext_lazy("not connected to WeChat"),
    "no_template": gettext_lazy("no template for this kind of news"),
    "off_shift": gettext_lazy("off shift"),
    "unit_silent": gettext_lazy("the onboard unit is silent"),
    "timed_out": gettext_lazy("no answer in time"),
    "unreachable": gettext_lazy("the gateway cannot be reached"),
}


def sight_text(sight: Sight | None) -> str:
    """Return seen or not in a few words; a dash where there was nothing to see."""
    if sight is None:
        return "–"
    if sight.seen_at is not None:
        at = date_format(localtime(sight.seen_at), "H:i:s")
        return gettext("seen %(time)s · %(channel)s") % {"time": at, "channel": sight.seen_on}
    return gettext("not seen: call") if sight.is_given_up else gettext("not seen yet")


def sight_kind(sight: Sight | None) -> str:
    """Return `seen`, `waiting`, `unseen`, or nothing where there was nothing to see."""
    if sight is None:
        return ""
    if sight.seen_at is not None:
        return "seen"
    return "unseen" if sight.is_given_up else "waiting"


def told_sight(assignment: Any) -> tuple[str, str]:
    """Return kind and words of a row of the list, which was annotated with `told`."""
    sight = sight_of(assignment.told)
    return sight_kind(sight), sight_text(sight)


def attempt_text(row: NoticeDelivery) -> str:
    """Return how an attempt went, with the reason in words where there are any."""
    words = str(row.get_outcome_display())
    return f"{words}: {ERRORS.get(row.error, row.error)}" if row.error else words


def news_rows(notices: Any) -> list[dict[str, Any]]:
    """Return news with its attempts as the page shows them."""
    return [
        {
            "notice": notice,
            "attempts": [
                {"row": row, "text": attempt_text(row), "is_bad": row.outcome in BAD}
                for row in notice.deliveries.all()
            ],
        }
        for notice in notices
    ]


BAD = {Outcome.FAILED, Outcome.REFUSED, Outcome.IMPOSSIBLE, Outcome.UNKNOWN}


class SeenFilter(admin.SimpleListFilter):
    """Promises by whether their drivers have seen the newest news."""

    title = gettext_lazy("driver has seen")
    parameter_name = "seen"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", gettext_lazy("not seen")), ("yes", gettext_lazy("seen"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SwapAssignment]
    ) -> QuerySet[SwapAssignment]:
        return by_sight(queryset, self.value() or "")
