"""From a figure of a summary to the list of what it counts."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from dispatch.models import PromiseOutcome, StationQuarter, StockOut, SwapAssignment
from dispatch.selectors.summaries import Period, Subject
from telematics.models import Alarm, TruckDay

# Of each figure: the list, the column that dates its rows, and what else narrows it.
LISTS: dict[str, tuple[Any, str, dict[str, str]]] = {
    "swaps": (SwapAssignment, "ended_at", {"state__exact": "done"}),
    "wait_mean": (SwapAssignment, "ended_at", {"state__exact": "done"}),
    "wait_longest": (SwapAssignment, "ended_at", {"state__exact": "done"}),
    "declined": (SwapAssignment, "ended_at", {"state__exact": "declined"}),
    "expired": (SwapAssignment, "ended_at", {"state__exact": "expired"}),
    "kept_percent": (PromiseOutcome, "ended_at", {}),
    "missed": (PromiseOutcome, "ended_at", {"is_kept__exact": "0"}),
    "distance": (TruckDay, "day", {}),
    "used": (TruckDay, "day", {}),
    "kwh_per_km": (TruckDay, "day", {}),
    "charged": (StationQuarter, "starts_at", {}),
    "stock_outs": (StockOut, "during__startswith", {}),
    "strandings": (Alarm, "opened_at", {"kind__exact": "stranded_risk"}),
    "alarms": (Alarm, "opened_at", {}),
}


def link_of(request: HttpRequest, code: str, subject: Subject, period: Period) -> str:
    """Return the address of the list of what a figure counts; "" where the user has none."""
    if code not in LISTS:
        return ""
    model, at, narrowed = LISTS[code]
    page = admin.site._registry.get(model)
    if page is None or not page.has_view_permission(request):
        return ""
    begins, ends = (
        (period.first.isoformat(), period.next.first.isoformat())
        if at == "day"
        else (period.start.isoformat(), period.end.isoformat())
    )
    query = {f"{at}__gte": begins, f"{at}__lt": ends, **narrowed}
    if subject.kind == "station" and hasattr(model, "station"):
        query["station__id__exact"] = str(subject.pk)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    return f"{reverse(name)}?{urlencode(query)}"
