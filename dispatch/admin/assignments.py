"""Promises to trucks: look at one with its why, pin it, cancel it, decide one by hand."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from dispatch import access
from dispatch.admin.board import board_urls
from dispatch.admin.caps import cap_urls
from dispatch.admin.find import find_urls
from dispatch.admin.hand import hand_urls
from dispatch.admin.live_map import map_urls
from dispatch.admin.news_rows import SeenFilter, news_rows, told_sight
from dispatch.admin.option_rows import option_rows
from dispatch.admin.start import start_urls
from dispatch.admin.steering import SteersMany, may_dispatch
from dispatch.admin.why import why_urls
from dispatch.models import Ban, SwapAssignment
from dispatch.models.assignment import STATE_NAMES
from dispatch.selectors.attention.offers import waiting
from dispatch.selectors.news import newest_news, news_of
from dispatch.selectors.reasons import sentence
from dispatch.services.promises.by_hand import ban, lift_ban
from fleet.access import Viewer, drivers_for
from fleet.admin.exchange import ExportAdmin
from fleet.admin.scoped import ScopedAdmin, ScopedRelatedFilter
from fleet.admin.spans import span_text
from fleet.admin.tables import ScopedResource
from fleet.clock import now
from fleet.models import User
from fleet.selectors.said import reason_said

SPANS = {
    "window": "arrives_within",
    "occupies": "lane_taken",
    "end_reason": "ended_because",
}  # as people write them
OF_THE_CARRIER = {"trip", "driver", "detour_s", "least_detour_s"}  # not the stations' business
DISPATCHERS = frozenset({User.Role.FLEET_MANAGER, User.Role.DISPATCHER})


class AssignmentResource(ScopedResource):
    """Promises as a table."""

    class Meta:
        model = SwapAssignment
        fields = [
            "id",
            "truck__plate",
            "station__name",
            "lane__number",
            "state",
            "offered_at",
            "eta",
            "arrived_at",
            "swapping_at",
            "ended_at",
            "end_reason",
        ]


class AnswerFilter(admin.SimpleListFilter):
    """Offers that wait for an answer, as the start page counts them."""

    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("unanswered", _("waits too long")), ("unseen", _("not seen by the driver"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SwapAssignment]
    ) -> QuerySet[SwapAssignment]:
        return waiting(queryset, self.value() or "", now=now())


@admin.register(SwapAssignment)
class SwapAssignmentAdmin(SteersMany, ExportAdmin):
    """Every promise, with the stations that were chosen and refused for it."""

    keeps_views = True
    resource_classes = [AssignmentResource]
    list_display = [
        "truck",
        "station",
        "lane_number",
        "state_badge",
        "told",
        "eta",
        "charge",
        "pinned",
        "why_link",
    ]
    list_filter = ["state", AnswerFilter, SeenFilter, ("station", ScopedRelatedFilter), "is_pinned"]
    list_select_related = ["truck", "station", "lane"]
    search_fields = ["truck__plate", "truck__vin", "station__name", "driver__name"]
    readonly_fields = list(SPANS.values())
    actions = ["cancel_swaps", "pin_swaps", "unpin_swaps"]
    search_help_text = _("Plate, VIN, station or driver")
    date_hierarchy = "offered_at"
    change_form_outer_before_template: Any = "dispatch/assignment_why.html"  # unfold: None

    def rows_for(self, user: Viewer) -> QuerySet[SwapAssignment]:
        return access.assignments_for(user, now=now())

    def get_queryset(self, request: HttpRequest) -> QuerySet[SwapAssignment]:
        rows: QuerySet[SwapAssignment] = super().get_queryset(request)
        return rows.annotate(told=newest_news())

    def get_urls(self) -> list[URLPattern]:
        own = [*board_urls(), *cap_urls(), *find_urls(), *hand_urls(), *map_urls()]
        return [*own, *start_urls(), *why_urls(), *super().get_urls()]

    def get_search_fields(self, request: HttpRequest) -> list[Any]:
        """Search by driver only among one's own drivers: a hit would tell the name."""
        knows_drivers = request.user.is_superuser or drivers_for(request.user).exists()
        fields = [name for name in self.search_fields if name != "driver__name"]
        return [*fields, "driver__name"] if knows_drivers else fields

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        hidden = {"options", "why", "decided_on", "id", "version"}
        names = [f.name for f in self.model._meta.fields if f.name not in hidden]
        names = [SPANS.get(name, name) for name in names]
        if obj and not self._runs_truck(request, obj):
            names = [name for name in names if name not in OF_THE_CARRIER]
        return names

    def _runs_truck(self, request: HttpRequest, obj: SwapAssignment) -> bool:
        held = access.held_trucks(request.user, now=now())
        return request.user.is_superuser or held.filter(pk=obj.truck_id).exists()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        obj = self.get_object(request, object_id)
        context = {**(extra_context or {}), "live": obj and obj.ended_at is None}
        if obj:
            is_ours = obj.driver and drivers_for(request.user).filter(pk=obj.driver_id).exists()
            steered = access.assignments_steered_by(request.user, now=now())
            context |= {
                "assignment": obj,
                "news": news_rows(news_of(obj)),
                "driver_phone": obj.driver.phone if obj.driver and is_ours else "",
                "options": option_rows(obj, request.user, now=now()),
                "why_sentence": sentence(obj.why),
                "may_steer": may_dispatch(request.user) and steered.filter(pk=obj.pk).exists(),
            }
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description=_("arrival window"))
    def arrives_within(self, assignment: SwapAssignment) -> str:
        """Return between when the truck may arrive."""
        return span_text(assignment.window)

    @admin.display(description=_("lane occupied"))
    def lane_taken(self, assignment: SwapAssignment) -> str:
        """Return from when to when the lane is the truck's."""
        return span_text(assignment.occupies)

    @admin.display(description=_("reason of the end"))
    def ended_because(self, assignment: SwapAssignment) -> str:
        """Return why the promise ended, in the reader's language."""
        return reason_said(assignment.end_reason) or "–"

    @admin.display(description=_("lane"), ordering="lane__number")
    def lane_number(self, assignment: SwapAssignment) -> str:
        """Return the lane, short."""
        return f"L{assignment.lane.number}"

    @display(
        description=_("state"),
        ordering="state",
        label={
            **dict.fromkeys(STATE_NAMES, ""),  # a state left out would show its code
            "offered": "info",
            "accepted": "success",
            "en_route": "success",
            "arrived": "warning",
            "queued": "warning",
            "swapping": "primary",
            "no_show": "danger",
            "failed": "danger",
        },
    )
    def state_badge(self, assignment: SwapAssignment) -> tuple[str, str]:
        """Return the state, coloured."""
        return assignment.state, assignment.get_state_display()

    @display(
        description=_("driver has seen"),
        label={"seen": "success", "waiting": "warning", "unseen": "danger", "": ""},
    )
    def told(self, assignment: SwapAssignment) -> tuple[str, str]:
        """Return whether the driver has seen the newest news, when, and on what."""
        return told_sight(assignment)

    @admin.display(description=_("pinned"), ordering="is_pinned")
    def pinned(self, assignment: SwapAssignment) -> str:
        """Return a pin where the planner must leave the promise alone."""
        return "📌" if assignment.is_pinned else ""

    @admin.display(description=_("why"))
    def why_link(self, assignment: SwapAssignment) -> str:
        """Return the link to what the promise was chosen from."""
        url = reverse("admin:dispatch_why", args=[assignment.pk])
        words = _("Why %(plate)s goes there") % {"plate": assignment.truck.plate}
        return format_html(
            '<a class="underline" href="{}" aria-label="{}">{}</a>', url, words, _("why")
        )

    @admin.display(description=_("charge on arrival"), ordering="soc_on_arrival_percent")
    def charge(self, assignment: SwapAssignment) -> str:
        """Return the charge the truck is expected to arrive with."""
        return f"{assignment.soc_on_arrival_percent:.0f} %"


@admin.register(Ban)
class BanAdmin(ScopedAdmin):
    """Stations that trucks are not to be sent to for a while; the next plan obeys."""

    writers = DISPATCHERS
    can_delete = True
    list_display = ["truck", "station", "until", "reason", "banned_by"]
    list_select_related = ["truck", "station", "banned_by"]
    search_fields = ["truck__plate", "station__name"]
    exclude = ["banned_by"]

    def rows_for(self, user: Viewer) -> QuerySet[Ban]:
        return access.bans_for(user, now=now())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "station":  # a carrier names stations it may not look into
            regions = access.regions_of(request.user, now=now())
            kwargs["queryset"] = db_field.related_model.objects.filter(region__in=regions)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if isinstance(request.user, User):
            ban(
                obj.truck,
                obj.station,
                until=obj.until,
                reason=obj.reason,
                by=request.user,
                now=now(),
            )
            obj.pk = Ban.objects.get(truck=obj.truck, station=obj.station).pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        lift_ban(obj, now=now(), by=request.user if isinstance(request.user, User) else None)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Ban]) -> None:
        for row in queryset:
            lift_ban(row, now=now())


def link_to(assignment: SwapAssignment) -> str:
    """Return a link to the page of a promise."""
    url = reverse("admin:dispatch_swapassignment_change", args=[assignment.pk])
    return format_html('<a href="{}">{}</a>', url, assignment.station)
