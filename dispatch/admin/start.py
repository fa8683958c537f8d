"""The start page of the admin: what needs me now, and the day in figures."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from dispatch.access import assignments_for
from dispatch.admin.start_cards import figure_cards, group_cards, next_step
from dispatch.selectors.attention import Sight, needs_now
from dispatch.selectors.today import today
from fleet.access import drivers_for, stations_for, trucks_for
from fleet.clock import now
from telematics.access import alarms_for


def start_urls() -> list[URLPattern]:
    """Return the address of the part of the page that changes, for a page's own."""
    wrap = admin.site.admin_view
    return [path("start/body/", wrap(start_body), name="dispatch_start_body")]


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the start page for the user who looks at it; Unfold's dashboard callback."""
    return context | {"title": _("Start")} | _body(request)


def start_body(request: HttpRequest) -> HttpResponse:
    """Return the part of the page that changes, for the page to take in."""
    answer = TemplateResponse(request, "dispatch/start_body.html", _body(request))
    answer["Cache-Control"] = "no-store"
    return answer


def _body(request: HttpRequest) -> dict[str, Any]:
    at = now()
    stations = stations_for(request.user)
    has_stations = stations.exists()
    assignments = assignments_for(request.user, now=at)
    sight = Sight(
        alarms=alarms_for(request.user, now=at),
        assignments=assignments,
        stations=stations,
        drivers=drivers_for(request.user),
    )
    groups = needs_now(sight, has_stations=has_stations, now=at)
    day = today(assignments=assignments, stations=stations if has_stations else None, now=at)
    cards = group_cards(groups, now=at)
    return {
        "groups": cards,
        "is_calm": not any(group.count for group in groups),
        "summary": ", ".join(f"{card['title']}: {card['count']}" for card in cards),
        "figures": figure_cards(day),
        "next_step": next_step(
            request.user,
            trucks=trucks_for(request.user, now=at),
            has_stations=has_stations,
        ),
        "as_of": at,
    }
