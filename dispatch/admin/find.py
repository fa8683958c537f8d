"""Ctrl-K: the best answers to a few typed characters, and the pages of the sidebar."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from dispatch.selectors.find.say import Hit
from dispatch.selectors.find.search import find, look_up
from fleet.clock import now
from fleet.selectors.finding import Rank, name_rank

RECENT_MOST = 20
SHOWN = 8
# What each kind is called, its sign, and the page it opens.
KINDS: dict[str, tuple[Any, str, str]] = {
    "truck": (_("truck"), "local_shipping", "admin:fleet_truck_change"),
    "station": (_("station"), "ev_station", "admin:dispatch_board"),
    "driver": (_("driver"), "badge", "admin:fleet_driver_change"),
    "pack": (_("pack"), "battery_charging_full", "admin:fleet_pack_change"),
    "assignment": (_("assignment"), "swap_horiz", "admin:dispatch_swapassignment_change"),
    "trip": (_("trip"), "route", "admin:dispatch_trip_change"),
    "device": (_("device"), "sensors", "admin:telematics_device_change"),
    "place": (_("place"), "place", "admin:fleet_place_change"),
}


def find_urls() -> list[URLPattern]:
    """Return the address Ctrl-K asks, for a page's own."""
    return [path("find/", admin.site.admin_view(found), name="dispatch_find")]


def found(request: HttpRequest) -> JsonResponse:
    """Answer `q` with hits, best first; nothing typed, with what was opened lately (`recent`)."""
    typed = request.GET.get("q", "").strip().replace("\x00", "")
    recent = _keys(request.GET.get("recent", ""))
    if not typed:
        rows = [_row(hit) for hit in look_up(request.user, recent, now=now())]
        return JsonResponse({"hits": rows, "recent": True})
    ranked = [
        (rank, 1, _row(hit)) for rank, hit in find(request.user, typed, recent=recent, now=now())
    ]
    ranked += [(rank, 0, row) for rank, row in _pages(request, typed)]
    ranked.sort(key=lambda each: each[:2])
    return JsonResponse({"hits": [row for _rank, _place, row in ranked[:SHOWN]]})


def _keys(text: str) -> list[tuple[str, int]]:
    """Read `truck:12,pack:3`; what is not of that form is left out."""
    parts = [part.partition(":") for part in text.split(",")[:RECENT_MOST]]
    return [
        (kind, int(pk))
        for kind, _colon, pk in parts
        if kind in KINDS and pk.isascii() and pk.isdecimal() and len(pk) < 16
    ]


def _row(hit: Hit) -> dict[str, Any]:
    kind, icon, url = KINDS[hit.kind]
    return {
        "key": f"{hit.kind}:{hit.id}",
        "kind": str(kind),
        "icon": icon,
        "name": hit.name,
        "about": hit.about,
        "now": hit.now,
        "url": reverse(url, args=[hit.id]),
    }


def _pages(request: HttpRequest, typed: str) -> list[tuple[Rank, dict[str, Any]]]:
    """Return pages of the sidebar the user may open, by their name in any language."""
    pages = []
    for group in settings.UNFOLD["SIDEBAR"]["navigation"]:
        for item in group["items"]:
            rank = min((r for r in _ranks(item["title"], typed) if r is not None), default=None)
            if rank is not None and item.get("permission", lambda _request: True)(request):
                row = {"kind": str(_("page")), "icon": item["icon"], "name": str(item["title"])}
                row |= {"about": str(group["title"]), "now": "", "url": str(item["link"])}
                pages.append((rank, row))
    return sorted(pages, key=lambda page: (page[0], len(page[1]["name"])))[:SHOWN]


def _ranks(title: Any, typed: str) -> list[Rank | None]:
    ranks = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            ranks.append(name_rank(str(title), typed))
    return ranks
