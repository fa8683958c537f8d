"""Tariffs with their periods, and the jobs of the service."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fleet.access import Viewer, sees_everything
from fleet.admin.scoped import ReadOnlyAdmin, ScopedAdmin, ScopedRelatedFilter
from fleet.models import Job, Tariff, TariffPeriod


@admin.register(Tariff)
class TariffAdmin(ScopedAdmin):
    """Tariffs: shared by all, kept by the service's own staff."""

    list_display = ["name", "code", "source"]
    search_fields = ["name", "code"]

    def rows_for(self, user: Viewer) -> QuerySet[Tariff]:
        return Tariff.objects.all()


@admin.register(TariffPeriod)
class TariffPeriodAdmin(ScopedAdmin):
    """The prices of a tariff by month and time of day."""

    list_display = ["tariff", "valid_days", "month", "time_of_day", "level", "price_cny_per_kwh"]
    list_filter = [("tariff", ScopedRelatedFilter), "level", "month"]
    list_select_related = ["tariff"]
    can_delete = True

    def rows_for(self, user: Viewer) -> QuerySet[TariffPeriod]:
        return TariffPeriod.objects.all()

    @admin.display(description=_("valid"), ordering="valid")
    def valid_days(self, period: TariffPeriod) -> str:
        """Return from which day to which the price holds; open where no end is known."""
        last = period.valid.upper
        return f"{period.valid.lower:%Y-%m-%d} – {f'{last:%Y-%m-%d}' if last else '…'}"

    @admin.display(description=_("time of day"), ordering="minutes")
    def time_of_day(self, period: TariffPeriod) -> str:
        """Return from when to when the price holds, as hours and minutes."""
        ends = (period.minutes.lower, period.minutes.upper)
        return " – ".join(f"{minute // 60:02}:{minute % 60:02}" for minute in ends)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Work promised and done: for the service's own staff."""

    list_display = ["name", "key", "state", "attempts", "created_at", "finished_at"]
    list_filter = ["state", "name"]
    search_fields = ["key"]

    def rows_for(self, user: Viewer) -> QuerySet[Job]:
        return Job.objects.all() if sees_everything(user) else Job.objects.none()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return sees_everything(request.user)
