"""The live map: the page, what changed since it was last asked, and what was."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from dispatch.access import assignments_for, shuttles_for
from dispatch.admin.map_ground import map_ground, pmtiles_url
from dispatch.admin.news_rows import sight_text
from dispatch.selectors import live_map
from dispatch.selectors.news import sights
from dispatch.selectors.trucks_now import STALE_AFTER, trucks_now
from fleet import access
from fleet.clock import now
from fleet.models import SwapStation

SEEN_LATE = timedelta(seconds=3)  # a report may be seen that much after it was received
BACK_AT_MOST = timedelta(days=7)
_GZIP_LEVEL = 3


def map_urls() -> list[URLPattern]:
    """Return the addresses of the map, for a page's own."""
    wrap = admin.site.admin_view
    return [
        path("map/", wrap(map_page), name="dispatch_map"),
        path("map/now/", wrap(map_now), name="dispatch_map_now"),
        path("map/then/", wrap(map_then), name="dispatch_map_then"),
        path("map/plates/", wrap(map_plates), name="dispatch_map_plates"),
        path("map/truck/<int:truck_id>/", wrap(map_truck), name="dispatch_map_truck"),
        path("map/track/<int:truck_id>/", wrap(map_track), name="dispatch_map_track"),
        path("map/ground.pmtiles", wrap(map_ground), name="dispatch_map_ground"),
    ]


def map_page(request: HttpRequest) -> HttpResponse:
    """Show the map with its ground; the page asks for what moves."""
    ground = live_map.ground(
        stations=SwapStation.objects.filter(is_active=True),
        places=access.places_for(request.user),
        shuttles=shuttles_for(request.user),
    )
    own = set(access.stations_for(request.user).values_list("pk", flat=True))
    for station in ground["stations"]:
        if station["id"] in own:
            station["board"] = reverse("admin:dispatch_board", args=[station["id"]])
    names = ("now", "then", "plates")
    context = {
        **admin.site.each_context(request),
        "title": _("Live map"),
        "ground": ground,
        "states": _states(),
        "config": {
            "urls": {name: reverse(f"admin:dispatch_map_{name}") for name in names}
            | {
                name: reverse(f"admin:dispatch_map_{name}", args=[0]) for name in ("truck", "track")
            },
            "stale_s": STALE_AFTER.total_seconds(),
            "lag_s": SEEN_LATE.total_seconds() * max(1.0, settings.CLOCK_RATE),
            "tile_url": settings.MAP_TILE_URL,
            "pmtiles_url": pmtiles_url(),
            "tile_credit": settings.MAP_TILE_CREDIT,
            "zone": settings.TIME_ZONE,
            "words": _words(),
        },
    }
    return TemplateResponse(request, "dispatch/map.html", context)


def _states() -> list[tuple[str, str]]:
    return [
        ("driving", _("driving")),
        ("standing", _("standing")),
        ("bound", _("on its way to swap")),
        ("there", _("waits at a station")),
        ("swapping", _("swapping")),
        ("late", _("not heard of")),
        ("stale", _("stale")),
    ]


def _words() -> dict[str, Any]:
    return {
        "states": dict(_states()),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "ready": _("ready"),
        "waiting": _("waiting"),
        "lanes": _("lanes"),
        "closed": _("closed"),
        "in_view": _("In view"),
        "found": _("Found"),
        "more": _("{count} more: zoom in or type a plate"),
        "ago": _("{minutes} min ago"),
        "play": _("Play"),
        "pause": _("Pause"),
        "as_of": _("as of"),
        "cut": _("No answer from the server. What you see is old."),
        "then": _("as it was at"),
    }


def map_now(request: HttpRequest) -> HttpResponse:
    """Return what changed since `since`, the cursor of the answer before; without it, all."""
    at = now()
    since = _instant(request.GET.get("since"))
    trucks = access.trucks_for(request.user, now=at)
    # Received is the service's time, which may run faster than commits do.
    lag = SEEN_LATE * max(1.0, settings.CLOCK_RATE)
    marks = live_map.trucks_changed(trucks, since=since, lag=lag)
    stations = list(access.stations_for(request.user).values_list("pk", flat=True))
    cursor = marks.received_at or since
    body = {
        "at": at.timestamp(),
        "cursor": cursor.isoformat() if cursor else None,
        "trucks": marks.columns,
        "swaps": live_map.swaps_ahead(assignments_for(request.user, now=at)),
        "stations": live_map.stations_now(stations, now=at),
    }
    return _packed(request, body)


def map_then(request: HttpRequest) -> HttpResponse:
    """Return where trucks were at the instant `at`, seven days back at most."""
    at = _instant(request.GET.get("at"))
    if at is None or not now() - BACK_AT_MOST <= at <= now():
        return JsonResponse({"error": _("Ask for an instant of the last seven days.")}, status=400)
    trucks = access.trucks_held_by(request.user, now=now())
    marks = live_map.trucks_as_of(trucks, at=at)
    return _packed(request, {"at": at.timestamp(), "trucks": marks.columns})


def map_plates(request: HttpRequest) -> HttpResponse:
    """Return the plates of all trucks the user may see, by id."""
    trucks = access.trucks_for(request.user, now=now())
    return _packed(request, dict(trucks.order_by("pk").values_list("pk", "plate")))


def map_truck(request: HttpRequest, truck_id: int) -> HttpResponse:
    """Return what is known of one truck now, as a piece of the page."""
    truck = get_object_or_404(access.trucks_for(request.user, now=now()), pk=truck_id)
    [entry] = trucks_now([truck], now=now())
    is_held = access.trucks_held_by(request.user, now=now()).filter(pk=truck_id).exists()
    told = sights([entry.swap.pk]).get(entry.swap.pk) if entry.swap else None
    context = {
        "truck": truck,
        "entry": entry,
        "is_held": is_held,
        "may_steer": is_held and access.may_write(request.user),
        "told": sight_text(told) if told else "",
    }
    return TemplateResponse(request, "dispatch/map_truck.html", context)


def map_track(request: HttpRequest, truck_id: int) -> HttpResponse:
    """Return a truck's way from `since` on, to the end of a day at most."""
    truck = get_object_or_404(access.trucks_held_by(request.user, now=now()), pk=truck_id)
    since = _instant(request.GET.get("since")) or now() - timedelta(days=1)
    until = min(since + timedelta(days=1), now())
    return _packed(request, {"points": live_map.track(truck, since=since, until=until)})


def _instant(text: str | None) -> datetime | None:
    try:
        at = parse_datetime(text or "")
    except ValueError:
        return None
    return at.astimezone(UTC) if at and at.tzinfo else None


def _packed(request: HttpRequest, body: Any) -> HttpResponse:
    """Return JSON as small as the browser takes it."""
    data = json.dumps(body, separators=(",", ":")).encode()
    answer = HttpResponse(content_type="application/json", headers={"Cache-Control": "no-store"})
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        data = gzip.compress(data, _GZIP_LEVEL, mtime=0)
        answer["Content-Encoding"] = "gzip"
    answer.content = data
    return answer
