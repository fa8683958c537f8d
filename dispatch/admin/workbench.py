"""The plan workbench: the next plan against the promises that stand, and what a change would cost.

The page never solves anything: a worker does, and the page reads what it found.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from dispatch import access
from dispatch.admin.workbench_picture import picture
from dispatch.admin.workbench_rows import change_rows, edit_rows, figures
from dispatch.admin.workbench_words import phases
from dispatch.models import PlanDraft
from dispatch.selectors.workbench import Bench, fleet_more, read_bench
from dispatch.services.workbench.commit import PREVIEW_HOLDS
from dispatch.services.workbench.drafts import open_draft
from dispatch.services.workbench.rights import bans_steered_by, trucks_steered_by
from fleet.access import may_write, sees_everything, trucks_for
from fleet.clock import now, wall_s
from fleet.models import Region, User

BUSY = {"asked", "reading", "planning", "comparing"}
SHARES = {"asked": 5, "reading": 20, "planning": 45, "comparing": 90, "done": 100}
SLOW_AFTER_S = 8.0
FRESH_FOR = timedelta(minutes=2)


def workbench_urls() -> list[URLPattern]:
    """Return the addresses of the page itself, for a page's own."""
    wrap = admin.site.admin_view
    return [
        path("workbench/", wrap(first_workbench), name="dispatch_workbenches"),
        path("workbench/<int:region_id>/", wrap(workbench_page), name="dispatch_workbench"),
        path("workbench/<int:region_id>/body/", wrap(workbench_body), name="dispatch_bench_body"),
        path("workbench/<int:region_id>/state/", wrap(preview_state), name="dispatch_bench_state"),
    ]


def regions_for(user: Any) -> Any:
    """Return the regions whose plan a user may look at."""
    if not isinstance(user, User):
        return Region.objects.none()
    return Region.objects.all() if user.is_superuser else access.regions_of(user, now=now())


def region_of(request: HttpRequest, region_id: int) -> Region:
    """Return a region the user may look at, or 404."""
    found: Region = get_object_or_404(regions_for(request.user), pk=region_id)
    return found


def draft_of(request: HttpRequest, region: Region) -> PlanDraft | None:
    """Return the user's draft; None for those who only look."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return open_draft(region, user, now=now()) if may_write(user) else None


def first_workbench(request: HttpRequest) -> HttpResponse:
    """Lead to the workbench of the first region the user has something in."""
    region = regions_for(request.user).order_by("name").first()
    if region is None:
        messages.info(request, _("You have no trucks or stations to plan."))
        return redirect("admin:index")
    return redirect("admin:dispatch_workbench", region.pk)


def workbench_page(request: HttpRequest, region_id: int) -> HttpResponse:
    """Show the workbench of a region."""
    region = region_of(request, region_id)
    context = {
        **admin.site.each_context(request),
        **_body(request, region),
        "title": _("Plan workbench"),
        "regions": regions_for(request.user).order_by("name")[:60],
    }
    return TemplateResponse(request, "dispatch/workbench.html", context)


def workbench_body(request: HttpRequest, region_id: int) -> HttpResponse:
    """Return the parts that change, for the page to take in."""
    region = region_of(request, region_id)
    return TemplateResponse(request, "dispatch/workbench_parts.html", _body(request, region))


def preview_state(request: HttpRequest, region_id: int) -> HttpResponse:
    """Return how far the user's preview is."""
    draft = draft_of(request, region_of(request, region_id))
    return JsonResponse(_state(draft) if draft else {"stamp": "", "is_busy": False})


def _state(draft: PlanDraft) -> dict[str, Any]:
    is_busy = draft.phase in BUSY
    waited_s = wall_s(max(0.0, (now() - draft.phase_at).total_seconds()))
    return {
        "stamp": f"{draft.revision}.{draft.phase}.{draft.solved_revision}",
        "is_busy": is_busy,
        "is_slow": is_busy and waited_s > SLOW_AFTER_S,
        "text": phases()[draft.phase],
        "share": SHARES.get(draft.phase, 0),
        "waited_s": round(waited_s),
    }


def _body(request: HttpRequest, region: Region) -> dict[str, Any]:
    user, at = request.user, now()
    draft = draft_of(request, region)
    seen = trucks_for(user, now=at).filter(region=region)
    bench = read_bench(region, draft, plates=dict(seen.values_list("pk", "plate")), now=at)
    context = {
        "region": region,
        "bench": bench,
        "draft": draft,
        "state": _state(draft) if draft else None,
        "changes": change_rows(bench),
        "figures": figures(bench),
        "sees_all": sees_everything(user),
        "is_fresh": _is_fresh(draft, at),
        "is_current": bool(draft and draft.solved_revision == draft.revision),
        "is_too_old": bool(draft and draft.solved_at and draft.solved_at + PREVIEW_HOLDS < at),
        "picture": picture(bench, region, steered=()),
    }
    if draft is None or not isinstance(user, User):
        return context
    return context | _of_writers(user, region, draft, bench, at=at)


def _of_writers(
    user: User, region: Region, draft: PlanDraft, bench: Bench, *, at: datetime
) -> dict[str, Any]:
    steered = dict(trucks_steered_by(user, region, now=at).values_list("pk", "plate"))
    result = draft.result or {}
    pinned = access.assignments_steered_by(user, now=at).filter(region=region, is_pinned=True)
    bans = bans_steered_by(user, region, now=at).select_related("truck", "station", "banned_by")
    edits = edit_rows(draft, bench)
    more_s, more_milli_cny = fleet_more(result) if result else (0, 0)
    moved = [row for row in bench.changes if row.is_mine and not row.is_edited]
    return {
        "plates": sorted(steered.values()),
        "edits": edits,
        "has_edits_solved": bool(result.get("edits")),
        "can_commit": any(edit["is_possible"] for edit in edits),
        "more_min": round(more_s / 60, 1),
        "more_cny": round(more_milli_cny / 1000, 2),
        "moved": moved,
        "pinned": pinned.filter(ended_at__isnull=True).select_related("truck", "station"),
        "bans": bans.order_by("until")[:50],
        "picture": picture(bench, region, steered=steered),
        "planner": result.get("planner", ""),
        "planner_error": result.get("error", ""),
    }


def _is_fresh(draft: PlanDraft | None, at: datetime) -> bool:
    """Say whether there is a preview, or one on its way, that is worth looking at."""
    if draft is None:
        return True
    return draft.phase in BUSY or (draft.solved_at is not None and draft.solved_at + FRESH_FOR > at)
