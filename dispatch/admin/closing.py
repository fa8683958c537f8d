"""Close and open many lanes or stations at once: a preview, one reason, all or none."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dispatch.access import assignments_for
from dispatch.selectors.block_reasons import said
from dispatch.services.gate import lanes
from dispatch.services.gate.lanes import losing_lane
from fleet import access
from fleet.access import Viewer
from fleet.admin.asking import act_with_reason, consequence_of
from fleet.admin.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from fleet.admin.spans import span_text
from fleet.admin.stations import STATION_KINDS, STATION_WRITERS, SwapStationAdmin
from fleet.clock import now
from fleet.models import Lane, SwapStation, User
from fleet.selectors.registries import closures_of, lanes_told, stations_told

CLOSE, OPEN = gettext_lazy("Close"), gettext_lazy("Open again")
NAMED = 5


class ClosesMany:
    """What a list of lanes or stations lets its operator do with the chosen ones."""

    may_write: Callable[[Viewer], bool]
    has_view_permission: Callable[..., bool]
    verbs: tuple[Callable[..., Any], Callable[..., Any]]

    def has_close_permission(self, request: HttpRequest) -> bool:
        """Say whether the user closes and opens at all."""
        return self.has_view_permission(request) and self.may_write(request.user)

    @admin.action(description=CLOSE, permissions=["close"])
    def close_many(self, request: HttpRequest, rows: QuerySet[Any]) -> Any:
        """Take no truck in the chosen ones from now on; the next plan finds other places."""
        undo = _("To undo it, open the same rows again; promises that were moved stay moved.")
        return self._act(request, rows, str(CLOSE), self.verbs[0], undo)

    @admin.action(description=OPEN, permissions=["close"])
    def open_many(self, request: HttpRequest, rows: QuerySet[Any]) -> Any:
        """Take trucks in the chosen ones again."""
        undo = _("To undo it, close the same rows.")
        return self._act(request, rows, str(OPEN), self.verbs[1], undo)

    def _act(
        self, request: HttpRequest, rows: QuerySet[Any], title: str, verb: Any, undo: str
    ) -> Any:
        at = now()
        by = request.user if isinstance(request.user, User) else None

        def act(row: Any, reason: str) -> None:
            verb(row, reason=reason, by=by, now=at)

        return act_with_reason(self, request, rows, title=title, act=act, undo=undo)

    @admin.display(description=gettext_lazy("closed"))
    def closed_for(self, row: Any) -> str:
        """Return why it takes no truck now, and since when; empty if it does."""
        return "; ".join(
            f"{said(each.reason)} · {span_text(each.during)}" for each in closures_of(row)
        )


admin.site.unregister(SwapStation)


@admin.register(SwapStation)
class StationAdmin(ClosesMany, SwapStationAdmin):
    """Swap stations, closed and opened as a whole."""

    verbs = (lanes.close_station, lanes.open_station)
    list_display = [*SwapStationAdmin.list_display, "closed_for"]
    actions = ["close_many", "open_many"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SwapStation]:
        return stations_told(super().get_queryset(request), now=now())


class ClosedFilter(admin.SimpleListFilter):
    """Lanes by whether they take trucks at this moment."""

    title = gettext_lazy("closed now")
    parameter_name = "closed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("closed now")), ("no", gettext_lazy("open"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lane]) -> QuerySet[Lane]:
        closed = Q(pk__in=_closed_now(now()).values("pk"))
        if self.value() in {"yes", "no"}:
            return queryset.filter(closed if self.value() == "yes" else ~closed)
        return queryset


def _closed_now(at: datetime) -> QuerySet[Lane]:
    own = Q(closures__during__contains=at)
    whole = Q(station__closures__lane=None, station__closures__during__contains=at)
    return Lane.objects.filter(own | whole)


@admin.register(Lane)
class LaneAdmin(ClosesMany, ReadOnlyAdmin):
    """Lanes of all stations: closed and opened many at a time; their times are the station's."""

    verbs = (lanes.close_lane, lanes.open_lane)
    writers = STATION_WRITERS
    kinds = STATION_KINDS
    list_display = ["named", "closed_for", "swap_s"]
    list_filter = [ClosedFilter, ("station", ScopedRelatedFilter)]
    search_fields = ["station__name", "station__name_zh", "station__code"]
    actions = ["close_many", "open_many"]

    @admin.display(description=gettext_lazy("lane"), ordering="station__name")
    def named(self, row: Lane) -> str:
        """Return a lane by its station's name in the reader's language, and its number."""
        return _("%(station)s L%(number)d") % {
            "station": str(row.station),
            "number": row.number,
        }

    def rows_for(self, user: Viewer) -> QuerySet[Lane]:
        return Lane.objects.filter(station__in=access.stations_for(user).values("pk"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lane]:
        return lanes_told(super().get_queryset(request), now=now())

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["station", "number", "swap_s", "pack_types", "closed_for"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "closed_for"]


def _told(request: HttpRequest, action: str, of_rows: Q) -> list[str]:
    """Say which promises lose their place, by plate as far as the user may see them."""
    if action != "close_many":
        return []
    at = now()
    mine = assignments_for(request.user, now=at).filter(of_rows)
    rows = losing_lane(mine, now=at).select_related("truck").order_by("eta")
    found = rows.count()
    names = ", ".join(swap.truck.plate for swap in rows[:NAMED])
    words = ngettext(
        "%(n)d promise loses its lane: %(names)s. The next plan finds it another place; where "
        "there is none, it ends and the driver is told.",
        "%(n)d promises lose their lanes: %(names)s. The next plan finds them other places; where "
        "there is none, they end and the drivers are told.",
        found,
    )
    more = " …" if found > NAMED else ""
    return [words % {"n": found, "names": names + more}] if found else []


def of_lanes(request: HttpRequest, action: str, rows: Sequence[Any]) -> list[str]:
    """Say what closing lanes leads to."""
    return _told(request, action, Q(lane__in=rows))


def of_stations(request: HttpRequest, action: str, rows: Sequence[Any]) -> list[str]:
    """Say what closing stations leads to."""
    return _told(request, action, Q(station__in=rows))


consequence_of("fleet.Lane", of_lanes)
consequence_of("fleet.SwapStation", of_stations)
