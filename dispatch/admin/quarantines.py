"""On the page of a plan run: the quarantine its input is in, and the button that lifts it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch.models import PlanRun, Quarantine
from dispatch.services.plans.quarantine import AlreadyLiftedError, lift_quarantine
from fleet.access import Viewer, sees_everything
from fleet.clock import now
from fleet.models import User


def quarantine_urls() -> list[URLPattern]:
    """Return the address that lifts a quarantine, for the page's own."""
    view = admin.site.admin_view(lift)
    return [path("<int:run_id>/lift-quarantine/", view, name="dispatch_lift_quarantine")]


def quarantine_of(object_id: str, user: Viewer) -> Quarantine | None:
    """Return the quarantine a run's input is in, to the service's own staff."""
    if not sees_everything(user) or not object_id.isdecimal():
        return None
    run = PlanRun.objects.filter(pk=object_id).exclude(digest="").only("region", "digest").first()
    if run is None:
        return None
    live = Quarantine.objects.filter(region=run.region_id, lifted_at__isnull=True)
    return live.filter(digest=run.digest).first()


@require_POST
def lift(request: HttpRequest, run_id: int) -> HttpResponse:
    """Let the planner have the run's input again, with a reason."""
    user: Any = request.user
    if not isinstance(user, User) or not sees_everything(user):
        raise PermissionDenied
    get_object_or_404(PlanRun.objects.only("pk"), pk=run_id)
    quarantine = quarantine_of(str(run_id), user)
    reason = request.POST.get("reason", "").strip()
    if not reason:
        messages.error(request, _("Say why: the reason is kept in the history."))
    elif quarantine is not None and _is_lifted(quarantine, user, reason):
        messages.success(request, _("The planner gets this input again."))
    else:
        messages.error(request, _("This input is not in quarantine any more."))
    return redirect("admin:dispatch_planrun_change", run_id)


def _is_lifted(quarantine: Quarantine, by: User, reason: str) -> bool:
    try:
        lift_quarantine(quarantine, by=by, reason=reason, now=now())
    except AlreadyLiftedError:
        return False
    return True
