"""The wall board: a page without chrome, by sign-in or by a screen's own link."""

from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch.admin.board_acts import may_steer
from dispatch.models import WallScreen
from dispatch.selectors.board import board_mark
from dispatch.selectors.wall import wall_of
from dispatch.services.gate.wall_screens import (
    make_wall_screen,
    take_back_wall_screen,
    wall_screen_of,
)
from fleet import access
from fleet.clock import now
from fleet.models import SwapStation, User

DRAWN_ANEW_S = 15
THEMES = {"light", "dark"}


def wall_urls() -> list[URLPattern]:
    """Return the addresses of the wall board inside the admin."""
    wrap = admin.site.admin_view
    return [
        path("board/<int:station_id>/wall/", wrap(wall_page), name="dispatch_wall"),
        path("board/<int:station_id>/wall/body/", wrap(wall_body), name="dispatch_wall_body"),
        path("board/<int:station_id>/screens/", wrap(screens_page), name="dispatch_screens"),
        path(
            "board/<int:station_id>/screens/<int:screen_id>/take-back/",
            wrap(take_back),
            name="dispatch_screen_take_back",
        ),
    ]


def wall_page(request: HttpRequest, station_id: int) -> HttpResponse:
    """Show the wall board to who is signed in."""
    station = get_object_or_404(access.stations_for(request.user), pk=station_id)
    return _page(request, station, reverse("admin:dispatch_wall_body", args=[station.pk]))


def wall_body(request: HttpRequest, station_id: int) -> HttpResponse:
    """Return the part of the wall board that changes; 304 while nothing did."""
    station = get_object_or_404(access.stations_for(request.user), pk=station_id)
    return _body(request, station)


def screen_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the wall board to a screen with a link of its own."""
    return _page(request, _station_of(token), reverse("wall_screen_body", args=[token]))


def screen_body(request: HttpRequest, token: str) -> HttpResponse:
    """Return the part of the wall board that changes to a screen; 404 once it is taken back."""
    return _body(request, _station_of(token))


def _station_of(token: str) -> SwapStation:
    screen = wall_screen_of(token, now=now())
    if screen is None:
        raise Http404
    return screen.station


def _page(request: HttpRequest, station: SwapStation, body_url: str) -> HttpResponse:
    theme = request.GET.get("theme", "")
    with translation.override(_language(request)):
        wall = wall_of(station, now=now())
        context = {
            "wall": wall,
            "body_url": f"{body_url}?lang={_language(request)}",
            "theme": theme if theme in THEMES else "",
            "language": _language(request),
            "rate": settings.CLOCK_RATE,
            "words": {
                "cut": _("NO CONNECTION: this is from {at}, {age} old"),
                "gone": _("This screen's link is not valid any more."),
                "age_s": _("{n} s"),
                "age_min": _("{n} min"),
                "age_h": _("{n} h"),
            },
        }
        answer = TemplateResponse(request, "dispatch/wall.html", context).render()
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _body(request: HttpRequest, station: SwapStation) -> HttpResponse:
    at, language = now(), _language(request)
    facts = f"{board_mark(station.pk, now=at)} {int(at.timestamp() // DRAWN_ANEW_S)} {language}"
    tag = f'"{blake2b(facts.encode(), digest_size=12).hexdigest()}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    with translation.override(language):
        context = {"wall": wall_of(station, now=at)}
        answer = TemplateResponse(request, "dispatch/wall_body.html", context).render()
    answer.headers["ETag"], answer.headers["Cache-Control"] = tag, "no-store"
    return answer


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or "en"


def screens_page(request: HttpRequest, station_id: int) -> HttpResponse:
    """Show a station's wall screens; make the link of a new one, shown this once."""
    station = get_object_or_404(access.stations_for(request.user), pk=station_id)
    name, link = request.POST.get("name", "").strip()[:60], ""
    if request.method == "POST":
        if not may_steer(request.user, station) or not isinstance(request.user, User):
            raise PermissionDenied
        if name:
            _screen, token = make_wall_screen(station, name=name, by=request.user, now=now())
            link = request.build_absolute_uri(reverse("wall_screen", args=[token]))
        else:
            messages.error(request, _("Say where the screen hangs."))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Wall screens"),
        "station": station,
        "screens": WallScreen.objects.filter(station=station, revoked_at=None),
        "may_steer": may_steer(request.user, station),
        "link": link,
    }
    return TemplateResponse(request, "dispatch/wall_screens.html", context)


@require_POST
def take_back(request: HttpRequest, station_id: int, screen_id: int) -> HttpResponse:
    """End a screen's link."""
    station = get_object_or_404(access.stations_for(request.user), pk=station_id)
    if not may_steer(request.user, station):
        raise PermissionDenied
    screen = get_object_or_404(WallScreen, pk=screen_id, station=station)
    by = request.user if isinstance(request.user, User) else None
    take_back_wall_screen(screen, by=by, now=now())
    messages.success(request, _("Taken back: the screen goes dark within seconds."))
    return redirect("admin:dispatch_screens", station_id)
