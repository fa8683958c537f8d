"""`/metrics` in Prometheus' text format: what web processes counted and what PostgreSQL holds.

docs/reference/metrics.md lists every metric. No label names a truck, a device or an operator.
"""

import hmac
from collections.abc import Iterator, Sequence
from itertools import accumulate

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from config.stored_metrics import stored
from fleet.api.problems import problem_response
from telematics.ingest import vitals
from telematics.ingest.meters import COMMIT_ROWS, COMMIT_S, LAG_S, Spread

_LOOPBACK = {"127.0.0.1", "::1"}
_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer who may read the metrics: who shows METRICS_TOKEN, or, without one, this machine."""
    if not _may_read(request):
        detail = "Show METRICS_TOKEN as `Authorization: Bearer`, or ask on the machine itself."
        return problem_response(status=403, code="permission_denied", detail=detail)
    registry = CollectorRegistry()
    registry.register(_Everything())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(shown.encode(), settings.METRICS_TOKEN.encode())
    # A proxy on this machine is on loopback too: whom it asks for, it says.
    is_forwarded = any(name in request.META for name in _FORWARDED)
    return request.META.get("REMOTE_ADDR") in _LOOPBACK and not is_forwarded


class _Everything(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from _processes()
        yield from _counted()
        yield from stored()


def _processes() -> Iterator[Metric]:
    living = vitals.living()
    yield GaugeMetricFamily("yizhan_web_processes", "Web processes that run.", value=len(living))
    queue_rows = sum(vital.queue_rows for vital in living)
    yield GaugeMetricFamily(
        "yizhan_queue_rows", "Reports that wait to be committed.", value=queue_rows
    )
    age_s = max((vital.keyring_age_s for vital in living), default=0.0)
    yield GaugeMetricFamily(
        "yizhan_keyring_age_seconds",
        "How long ago the process that is worst off confirmed its keys.",
        value=age_s,
    )


def _counted() -> Iterator[Metric]:
    counts = vitals.all_counts()
    for name, text, label, values in (
        (
            "requests",
            "Requests with reports: kept, or the code of the refusal.",
            "outcome",
            counts.requests,
        ),
        ("reports", "Reports by the verdict on them.", "verdict", counts.reports),
        ("refused_reports", "Refused reports by code.", "code", counts.refused_reports),
    ):
        family = CounterMetricFamily(f"yizhan_{name}", text, labels=[label])
        for value, count in sorted(values.items()):
            family.add_metric([value], count)
        yield family
    yield _histogram("yizhan_commit_rows", "Reports in a commit.", counts.commit_rows, COMMIT_ROWS)
    yield _histogram("yizhan_commit_seconds", "How long a commit took.", counts.commit_s, COMMIT_S)
    yield _histogram(
        "yizhan_lag_seconds",
        "Age of the newest live report of a request when it came.",
        counts.lag_s,
        LAG_S,
    )


def _histogram(name: str, text: str, spread: Spread, bounds: Sequence[float]) -> Metric:
    family = HistogramMetricFamily(name, text)
    names = [*(str(float(bound)) for bound in bounds), "+Inf"]
    family.add_metric([], [*zip(names, accumulate(spread.counts), strict=True)], spread.total)
    return family
