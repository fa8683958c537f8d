"""The station day board: look at it, close and open what is broken."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch.selectors.board import station_board
from dispatch.services.gate import lanes
from dispatch.services.plans.replans import promise_replan
from fleet import access
from fleet.admin.stations import STATION_WRITERS
from fleet.clock import now
from fleet.models import Lane, Slot, SwapStation, User
from fleet.services.stations import block_slot, unblock_slot


def board_urls() -> list[URLPattern]:
    """Return the addresses of the board, for a page's own."""
    wrap = admin.site.admin_view
    return [
        path("board/", wrap(first_board), name="dispatch_boards"),
        path("board/<int:station_id>/", wrap(board_page), name="dispatch_board"),
        path("board/<int:station_id>/body/", wrap(board_body), name="dispatch_board_body"),
        path("board/<int:station_id>/steer/", wrap(steer_station), name="dispatch_board_steer"),
    ]


def may_steer(user: Any, station: SwapStation) -> bool:
    """Say whether a user closes and opens this station."""
    if access.sees_everything(user):
        return True
    return (
        isinstance(user, User)
        and user.role in STATION_WRITERS
        and station.operator_id == user.operator_id
    )


def first_board(request: HttpRequest) -> HttpResponse:
    """Lead to the board of the first station the user may look at."""
    station = access.stations_for(request.user).order_by("name").first()
    if station is None:
        messages.info(request, _("You have no station to look at."))
        return redirect("admin:index")
    return redirect("admin:dispatch_board", station.pk)


def _context(request: HttpRequest, station_id: int) -> dict[str, Any]:
    station = get_object_or_404(access.stations_for(request.user), pk=station_id)
    board = station_board(station, now=now())
    return {"board": board, "rows": [*board.lanes, *board.slots], "hours": board.hours}


def board_page(request: HttpRequest, station_id: int) -> HttpResponse:
    """Show the board of one station."""
    context = _context(request, station_id)
    station = context["board"].station
    context |= {
        **admin.site.each_context(request),
        "title": station.name,
        "stations": access.stations_for(request.user).order_by("name")[:60],
        "may_steer": may_steer(request.user, station),
        "reasons": [_("robot fault"), _("maintenance"), _("safety"), _("power cut"), _("blocked")],
    }
    return TemplateResponse(request, "dispatch/board.html", context)


def board_body(request: HttpRequest, station_id: int) -> HttpResponse:
    """Return the part of the board that changes, for the page to take in."""
    return TemplateResponse(request, "dispatch/board_body.html", _context(request, station_id))


@require_POST
def steer_station(request: HttpRequest, station_id: int) -> HttpResponse:
    """Close or open the station, a lane or a slot; the region is planned again at once."""
    station = get_object_or_404(access.stations_for(request.user), pk=station_id)
    if not may_steer(request.user, station):
        raise PermissionDenied
    reason = request.POST.get("reason", "").strip()[:200]
    if not reason:
        messages.error(request, _("Say why: the reason is kept in the history."))
        return redirect("admin:dispatch_board", station_id)
    closes = request.POST.get("verb") == "close"
    _steer(station, request, what=request.POST.get("what", ""), closes=closes, reason=reason)
    messages.success(request, _("Done. The next plan obeys it."))
    return redirect("admin:dispatch_board", station_id)


def _steer(
    station: SwapStation, request: HttpRequest, *, what: str, closes: bool, reason: str
) -> None:
    by = request.user if isinstance(request.user, User) else None
    kind, _dash, number = what.partition("-")
    if kind == "station":
        act = lanes.close_station if closes else lanes.open_station
        act(station, reason=reason, by=by, now=now())
    elif kind == "lane" and number.isdecimal():
        lane = get_object_or_404(Lane, station=station, number=int(number))
        act_on_lane = lanes.close_lane if closes else lanes.open_lane
        act_on_lane(lane, reason=reason, by=by, now=now())
    elif kind == "slot" and number.isdecimal():
        slot = get_object_or_404(Slot, station=station, number=int(number))
        act_on_slot = block_slot if closes else unblock_slot
        act_on_slot(slot, reason=reason, by=by)
        promise_replan(station.region_id, cause="slot", now=now())
    else:
        raise Http404
