"""Trucks as they are now: charge, its age, driver and next swap."""

from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from dispatch.access import held_trucks
from dispatch.admin.assignments import link_to
from dispatch.models import LiveTruck
from dispatch.selectors.trucks_now import TruckNow, trucks_now
from fleet import access
from fleet.access import Viewer
from fleet.admin.ages import age_text
from fleet.admin.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from fleet.clock import now
from telematics.models import RouteNeed, TruckState

NEED = ("earliest_at", "likely_at", "latest_at", "within_notice_percent")


@admin.register(LiveTruck)
class LiveTruckAdmin(ReadOnlyAdmin):
    """The fleet as it is, lowest charge first."""

    list_display = [
        "plate",
        "charge",
        "age",
        "speed",
        "driver",
        "must_swap",
        "next_swap",
        "by_hand",
    ]
    list_filter = [("model", ScopedRelatedFilter), ("region", ScopedRelatedFilter)]
    list_select_related = ["model", "region"]
    search_fields = ["plate", "vin", "packs__code"]
    search_help_text = _("Plate, VIN or pack code")
    fields = ["plate", "vin", "model", "region"]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Return the columns; who only looks at trucks has nothing to steer them by."""
        columns = list(super().get_list_display(request))
        return [c for c in columns if c != "by_hand" or access.may_write(request.user)]

    def rows_for(self, user: Viewer) -> QuerySet[LiveTruck]:
        return LiveTruck.objects.filter(pk__in=access.trucks_for(user, now=now()).values("pk"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[LiveTruck]:
        state = TruckState.objects.filter(truck=OuterRef("pk"))
        rows: QuerySet[LiveTruck] = super().get_queryset(request)
        need = RouteNeed.objects.filter(truck=OuterRef("pk"))
        told = {name: Subquery(need.values(name)[:1]) for name in NEED}
        return rows.annotate(soc=Subquery(state.values("soc_percent")[:1]), **told)

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [F("soc").asc(nulls_last=True), "plate"]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        page = super().get_changelist_instance(request)
        entries = trucks_now(page.result_list, now=now())
        shown = held_trucks(request.user, now=now()).filter(pk__in=[e.truck.pk for e in entries])
        held = set(shown.values_list("pk", flat=True))
        for truck, entry in zip(page.result_list, entries, strict=True):
            truck.now = entry
            truck.is_held = truck.pk in held or access.sees_everything(request.user)
            truck.is_steered = truck.is_held and access.may_write(request.user)
        return page

    @admin.display(description=_("charge"), ordering="soc")
    def charge(self, truck: Any) -> str:
        """Return the state of charge with a bar; struck out when stale."""
        entry: TruckNow = truck.now
        if entry.state is None:
            return "–"
        soc = entry.state.soc_percent
        return format_html(
            '<meter class="{}" max="100" low="25" high="50" optimum="100" value="{}"></meter> {}',
            "stale" if entry.is_stale else "fresh",
            round(soc),
            f"{soc:.0f} %",
        )

    @admin.display(description=_("as of"))
    def age(self, truck: Any) -> str:
        """Return how old the live state is."""
        entry: TruckNow = truck.now
        if entry.state is None:
            return str(_("never reported"))
        age = age_text(entry.age_s or 0)
        return format_html("<b>{}</b> {}", _("stale"), age) if entry.is_stale else age

    @admin.display(description=_("speed"))
    def speed(self, truck: Any) -> str:
        """Return the speed last reported."""
        state = truck.now.state
        return f"{state.speed_kmh:.0f} km/h" if state else "–"

    @admin.display(description=_("driver"))
    def driver(self, truck: Any) -> str:
        """Return who is on the truck; a dash off shift, and for who only sees the truck coming."""
        shift = truck.now.shift if truck.is_held else None
        return str(shift.driver) if shift else "–"

    @admin.display(description=_("must swap"))
    def must_swap(self, truck: Any) -> str:
        """Return between when (eight of ten) the reserve is met, and how likely within the hour."""
        if truck.likely_at is None:
            return "–"
        earliest, latest = truck.earliest_at or truck.likely_at, truck.latest_at
        until = f"{localtime(latest):%H:%M}" if latest else ""
        chance = f"{truck.within_notice_percent} %"
        return format_html("{}–{} · {}", f"{localtime(earliest):%H:%M}", until, chance)

    @admin.display(description=_("next swap"))
    def next_swap(self, truck: Any) -> str:
        """Return where and when the truck swaps next."""
        swap = truck.now.swap
        if swap is None:
            return "–"
        eta = f"{localtime(swap.eta):%H:%M}"
        return format_html("{} {} · {}", link_to(swap), eta, swap.get_state_display())

    @admin.display(description=_("steer"))
    def by_hand(self, truck: Any) -> str:
        """Return the link to promise a swap by hand."""
        if not truck.is_steered:
            return "–"
        url = reverse("admin:dispatch_by_hand", args=[truck.pk])
        return format_html('<a class="underline" href="{}">{}</a>', url, _("assign by hand"))
