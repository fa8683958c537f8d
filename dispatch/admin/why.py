"""The page that says why a truck was sent to a station: a map, minutes by part, numbers, inputs."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from dispatch.access import assignments_for, held_trucks, plan_runs_for
from dispatch.admin.option_rows import option_rows, verdicts
from dispatch.admin.plan_causes import cause_words
from dispatch.admin.why_bars import bars, part_names
from dispatch.models import PromiseOutcome, SwapAssignment
from dispatch.selectors.reasons import sentence
from dispatch.selectors.why import (
    PARTS,
    Basis,
    all_options,
    basis_of,
    gap_percent,
    outcome_of,
    stations_by_code,
)
from fleet.access import sees_everything
from fleet.clock import now
from fleet.selectors.said import reason_said

NUMBERS = (
    *(f"{part}_min" for part in PARTS),
    *("energy_on_arrival_kwh", "packs_ready", "fleet_min", "more_kwh", "more_cny"),
)


def why_urls() -> list[URLPattern]:
    """Return the addresses of the page, for a page's own."""
    wrap = admin.site.admin_view
    return [
        path("why/<int:assignment_id>/", wrap(why_page), name="dispatch_why"),
        path("why/<int:assignment_id>/input/", wrap(why_input), name="dispatch_why_input"),
    ]


def why_page(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Show what one promise was chosen from."""
    at = now()
    seen = assignments_for(request.user, now=at).select_related(
        "truck", "station", "lane", "plan_run__region", "decided_by"
    )
    assignment = get_object_or_404(seen, pk=assignment_id)
    told = option_rows(assignment, request.user, now=at)
    options = _named(all_options(assignment, told))
    basis = basis_of(assignment, told)
    outcome = outcome_of(assignment)
    is_staff = sees_everything(request.user)
    runs_truck = (
        is_staff or held_trucks(request.user, now=at).filter(pk=assignment.truck_id).exists()
    )
    run = assignment.plan_run
    may_see_run = run is not None and plan_runs_for(request.user, now=at).filter(pk=run.pk).exists()
    context = {
        **admin.site.each_context(request),
        "title": f"{assignment.truck.plate} → {assignment.station}",
        "assignment": assignment,
        "why": sentence(assignment.why),
        "basis": basis,
        "basis_text": _basis_text(basis, assignment),
        "chosen": options[0],
        "bars": bars(options),
        "options": options,
        "part_names": part_names(),
        "run": run if may_see_run else None,
        "run_cause": cause_words(run.cause) if run else "",
        "gap_percent": gap_percent(run) if run and may_see_run else None,
        "is_staff": is_staff,
        "decided_on": assignment.decided_on,
        "outcome": outcome,
        "late_min": _minutes_late(outcome),
        "ended_because": reason_said(assignment.end_reason),
        "probability_percent": round(100 * assignment.probability),
        "map": _map(assignment, options, runs_truck=runs_truck),
    }
    return TemplateResponse(request, "dispatch/why.html", context)


def why_input(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Return the archived input of the plan run, as the planner was given it; for staff alone."""
    assignment = get_object_or_404(assignments_for(request.user, now=now()), pk=assignment_id)
    run = assignment.plan_run
    if run is None or run.problem_gz is None or not sees_everything(request.user):
        raise Http404
    name = f"plan-run-{run.pk}.json.gz"
    return HttpResponse(
        bytes(run.problem_gz),
        content_type="application/gzip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _minutes_late(outcome: PromiseOutcome | None) -> str:
    if outcome is None or outcome.way_late_s is None:
        return ""
    late_min = round(outcome.way_late_s / 60)
    return f"{late_min:+d}" if late_min else "±0"


def _named(options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each option the station's name and place, and its verdict in words."""
    stations = stations_by_code(row["station_code"] for row in options)
    texts = verdicts() | {"not_compared": _("not compared: only the way is known")}
    named = []
    for row in options:
        station = stations.get(row["station_code"])
        named.append(
            {
                **dict.fromkeys(NUMBERS),
                "verdict_text": texts.get(row["verdict"], row["verdict"]),
                **row,
                "station": str(station) if station else row.get("station", ""),
                "at": [station.latitude_deg, station.longitude_deg] if station else None,
            }
        )
    return named


def _basis_text(basis: Basis, assignment: SwapAssignment) -> str:
    by = str(assignment.decided_by or _("A person"))
    return {
        "planned": _("A plan of the whole region compared these ways."),
        "by_hand": _("%(by)s chose this station by hand; no other was compared.") % {"by": by},
        "rescue": _(
            "No plan could serve the truck and its charge was low: it was sent to the best station"
            " in its reach. No other was compared."
        ),
        "alone": _(
            "Decided at once for this truck alone, beside all promises that stood. What other"
            " ways would have cost the fleet was not worked out."
        ),
        "soon": _("The comparison is being worked out; it is here in a few seconds."),
        "gone": _(
            "The promise ended before its comparison was kept, and the plan's input is deleted."
        ),
    }[basis.code]


def _map(
    assignment: SwapAssignment, options: list[dict[str, Any]], *, runs_truck: bool
) -> dict[str, Any]:
    """Return what the map draws; where the truck was bound is its carrier's business."""
    stops = assignment.decided_on.get("stops", [])
    return {
        "truck": stops[0] if stops else None,
        "plate": assignment.truck.plate,
        "stops": stops[1:] if runs_truck else [],
        "options": [
            {
                "name": row["station"],
                "at": row["at"],
                "after": row.get("after", 0) if runs_truck else 0,
                "is_chosen": row["verdict"] == "chosen",
                "verdict": row["verdict_text"],
            }
            for row in options
            if row["at"]
        ],
        "words": {
            "next": _("next stop"),
            "destination": _("destination"),
            "zoom_in": _("Zoom in"),
            "zoom_out": _("Zoom out"),
        },
        "tile_url": settings.MAP_TILE_URL,
        "tile_credit": settings.MAP_TILE_CREDIT,
    }
