"""Shift hand-over: what the shift leaves, signed by who goes and by who comes."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.admin.board_acts import may_steer
from dispatch.models import ShiftHandover
from dispatch.selectors.handover import shift_begins_at, shift_figures
from dispatch.selectors.handover_tables import sections_of
from dispatch.services.gate.handovers import (
    HandoverRefusedError,
    hand_over,
    handover_paper,
    take_over,
)
from fleet import access
from fleet.clock import now
from fleet.models import SwapStation, User

PAGE = "board/<int:station_id>/hand-over/"


def handover_urls() -> list[URLPattern]:
    """Return the addresses of shift hand-overs."""
    wrap = admin.site.admin_view
    return [
        path(PAGE, wrap(shift_page), name="dispatch_shift"),
        path(f"{PAGE}<int:pk>/", wrap(handover_page), name="dispatch_handover"),
        path(f"{PAGE}<int:pk>/pdf/", wrap(handover_pdf), name="dispatch_handover_pdf"),
    ]


def _station(request: HttpRequest, station_id: int) -> SwapStation:
    return get_object_or_404(access.stations_for(request.user), pk=station_id)


def _signer(request: HttpRequest, station: SwapStation) -> User:
    if not may_steer(request.user, station) or not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _handover(request: HttpRequest, station_id: int, pk: int) -> ShiftHandover:
    rows = ShiftHandover.objects.select_related("station", "outgoing", "incoming")
    return get_object_or_404(rows, pk=pk, station=_station(request, station_id))


def _span(handover: ShiftHandover) -> str:
    start, end = (timezone.localtime(at) for at in (handover.begins_at, handover.ends_at))
    return f"{start:%Y-%m-%d %H:%M} – {end:%Y-%m-%d %H:%M}"


def shift_page(request: HttpRequest, station_id: int) -> HttpResponse:
    """Show the shift that runs as it would be handed over; sign it out."""
    station, at = _station(request, station_id), now()
    if request.method == "POST":
        by, note = _signer(request, station), request.POST.get("note", "").strip()
        try:
            handover = hand_over(station, note=note, by=by, now=at)
        except HandoverRefusedError as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:dispatch_shift", station.pk)
        messages.success(request, _("Signed. Now the next person takes it over."))
        return redirect("admin:dispatch_handover", station.pk, handover.pk)
    begins_at = shift_begins_at(station, now=at)
    figures = shift_figures(station, begins_at=begins_at, ends_at=at)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Shift hand-over"),
        "station": station,
        "begins_at": begins_at,
        "ends_at": at,
        "sections": sections_of(figures),
        "past": ShiftHandover.objects.filter(station=station).select_related(
            "outgoing", "incoming"
        )[:10],
        "may_steer": may_steer(request.user, station),
    }
    return TemplateResponse(request, "dispatch/handover.html", context)


def handover_page(request: HttpRequest, station_id: int, pk: int) -> HttpResponse:
    """Show a shift as it was signed out; take it over."""
    handover = _handover(request, station_id, pk)
    if request.method == "POST":
        try:
            take_over(handover, by=_signer(request, handover.station), now=now())
        except HandoverRefusedError as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:dispatch_handover", station_id, pk)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Shift hand-over"),
        "station": handover.station,
        "handover": handover,
        "begins_at": handover.begins_at,
        "ends_at": handover.ends_at,
        "sections": sections_of(handover.figures),
        "may_take": may_steer(request.user, handover.station)
        and handover.incoming_id is None
        and handover.outgoing_id != request.user.pk,
    }
    return TemplateResponse(request, "dispatch/handover.html", context)


def handover_pdf(request: HttpRequest, station_id: int, pk: int) -> HttpResponse:
    """Return a hand-over as PDF."""
    handover = _handover(request, station_id, pk)
    pdf = handover_paper(handover, span=_span(handover))
    name = f"hand-over-{handover.station.code}-{handover.ends_at:%Y%m%d-%H%M}.pdf"
    disposition = f'inline; filename="{name}"'
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": disposition}
    )
