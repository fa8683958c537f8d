"""The station day board: lanes and slots over time, and the next trucks as the work list."""

from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dispatch.admin.board_acts import act_on_station, may_steer
from dispatch.admin.handover import handover_urls
from dispatch.admin.wall import wall_urls
from dispatch.selectors import block_reasons
from dispatch.selectors.board import board_mark, station_board
from fleet import access
from fleet.clock import now
from fleet.models import SwapStation

DRAWN_ANEW_S = 15
"""The now line and the minutes to go move this often, even where nothing happened."""


def board_urls() -> list[URLPattern]:
    """Return the addresses of the board, for a page's own."""
    wrap = admin.site.admin_view
    return [
        path("board/", wrap(first_board), name="dispatch_boards"),
        path("board/<int:station_id>/", wrap(board_page), name="dispatch_board"),
        path("board/<int:station_id>/body/", wrap(board_body), name="dispatch_board_body"),
        path("board/<int:station_id>/act/", wrap(act_on_station), name="dispatch_board_act"),
        *wall_urls(),
        *handover_urls(),
    ]


def first_board(request: HttpRequest) -> HttpResponse:
    """Lead to the board of the station asked for, or of the first the user may look at."""
    stations = access.stations_for(request.user).order_by("name")
    asked = request.GET.get("station", "")
    station = stations.filter(pk=asked).first() if asked.isdecimal() else stations.first()
    if station is None:
        messages.info(request, _("You have no station to look at."))
        return redirect("admin:index")
    return redirect("admin:dispatch_board", station.pk)


def _context(request: HttpRequest, station: SwapStation) -> dict[str, Any]:
    board = station_board(station, now=now())
    return {
        "board": board,
        "rows": [*board.lanes, *board.slots],
        "may_steer": may_steer(request.user, station),
    }


def board_page(request: HttpRequest, station_id: int) -> HttpResponse:
    """Show the board of one station."""
    station = get_object_or_404(access.stations_for(request.user), pk=station_id)
    context = {
        **admin.site.each_context(request),
        **_context(request, station),
        "title": str(station),
        "stations": access.stations_for(request.user).order_by("name")[:200],
        "reasons": block_reasons.choices(),
        "dangers": block_reasons.choices(block_reasons.DANGERS),
        "held_back": block_reasons.choices([block_reasons.HELD_BACK_FOR]),
        "rate": settings.CLOCK_RATE,
        "words": _words(),
    }
    return TemplateResponse(request, "dispatch/board.html", context)


def board_body(request: HttpRequest, station_id: int) -> HttpResponse:
    """Return the part of the board that changes; 304 while nothing did."""
    station = get_object_or_404(access.stations_for(request.user), pk=station_id)
    at = now()
    turn = int(at.timestamp() // DRAWN_ANEW_S)
    mark = board_mark(station.pk, now=at)
    facts = f"{mark} {turn} {get_language()} {request.user.pk}"
    tag = f'"{blake2b(facts.encode(), digest_size=12).hexdigest()}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    answer = TemplateResponse(request, "dispatch/board_body.html", _context(request, station))
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _words() -> dict[str, str]:
    """Return what the page's script says."""
    return {
        "cut": _("No connection. What you see is from {at}, {age} old. Actions wait here."),
        "signed_out": _("You are signed out. Sign in again; your actions wait here."),
        "waiting": _("{n} actions wait for the line."),
        "waiting_one": _("1 action waits for the line."),
        "refused": _("Refused: {why}"),
        "closed": _("{what} is closed."),
        "opened": _("{what} is open again."),
        "losing": _("{n} promises are planned anew."),
        "losing_one": _("1 promise is planned anew."),
        "undone": _("undone"),
        "arrived_reason": _("said on the board"),
        "swapped_reason": _("said on the board"),
        "arrived": _("{what} is in its lane."),
        "queued": _("{what} waits for lane L{lane}."),
        "swapped": _("The swap of {what} is recorded."),
        "isolate": _("{what} is set apart: nobody gets it."),
        "hold": _("{what} is held back."),
        "ask": _("Release of {what} is asked for: another person has to confirm it."),
        "released": _("{what} is released."),
        "refuse": _("{what} stays set apart."),
        "age_s": _("{n} s"),
        "age_min": _("{n} min"),
        "age_h": _("{n} h"),
    }
