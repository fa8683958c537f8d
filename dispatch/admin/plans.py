"""Plan runs: what the planner was asked, what it decided, and for whom it found nothing."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from dispatch import access
from dispatch.admin.option_rows import TruckNames, worded
from dispatch.admin.plan_causes import cause_words
from dispatch.admin.quarantines import quarantine_of, quarantine_urls
from dispatch.admin.unserved_rows import unserved_rows
from dispatch.admin.workbench import workbench_urls
from dispatch.admin.workbench_edits import edit_urls
from dispatch.models import PlanRun
from fleet.access import Viewer, sees_everything
from fleet.admin.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from fleet.clock import now

OWN_COLUMNS = ["started_at", "region", "why_now", "state_badge", "seconds"]
ALL_COLUMNS = ["trucks", "served", "unserved", "written", "refused", "cost_s", "bound_s"]


@admin.register(PlanRun)
class PlanRunAdmin(ReadOnlyAdmin):
    """The planner's calls. What counts other operators' trucks is shown to the service's staff."""

    list_filter = ["state", ("region", ScopedRelatedFilter)]
    list_select_related = ["region"]
    date_hierarchy = "started_at"
    change_form_outer_before_template: Any = "dispatch/plan_decisions.html"  # unfold: None

    def rows_for(self, user: Viewer) -> QuerySet[PlanRun]:
        return access.plan_runs_for(user, now=now()).defer("problem_gz", "plan", "unserved_why")

    def get_urls(self) -> list[URLPattern]:
        return [*quarantine_urls(), *workbench_urls(), *edit_urls(), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return OWN_COLUMNS + (ALL_COLUMNS if sees_everything(request.user) else [])

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        names = ["region", "why_now", "state", "started_at", "planner", "seconds"]
        return names + ([*ALL_COLUMNS, "travel", "error"] if sees_everything(request.user) else [])

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = {
            **(extra_context or {}),
            "decisions": self._decisions(request, object_id),
            "unserved": self._unserved(request, object_id),
            "quarantine": quarantine_of(object_id, request.user),
            "run_id": object_id,
        }
        return super().change_view(request, object_id, form_url, context)

    def _decisions(self, request: HttpRequest, object_id: str) -> list[Any]:
        if not object_id.isdecimal():
            return []
        seen = access.assignments_for(request.user, now=now())
        rows = list(seen.filter(plan_run=int(object_id)).select_related("truck", "station"))
        names = TruckNames([one for row in rows for one in row.options], request.user, now=now())
        return [(row, worded(row.options, names)) for row in rows]

    def _unserved(self, request: HttpRequest, object_id: str) -> list[dict[str, Any]]:
        if not object_id.isdecimal():
            return []
        run = PlanRun.objects.filter(pk=object_id).defer("problem_gz").first()
        return unserved_rows(run, request.user, now=now()) if run else []

    @display(description=_("cause"), ordering="cause")
    def why_now(self, run: PlanRun) -> str:
        """Return what asked for the plan."""
        return cause_words(run.cause)

    @display(
        description=_("state"),
        ordering="state",
        label={
            **dict.fromkeys(PlanRun.State.values, ""),  # a state left out would show its code
            "done": "success",
            "fallback": "warning",
            "failed": "danger",
            "running": "info",
        },
    )
    def state_badge(self, run: PlanRun) -> tuple[str, str]:
        """Return the state, coloured."""
        return run.state, run.get_state_display()
