"""The one address of the baseline."""

from django.urls import path

from tests.benchmarks.ingest.baseline.views import ReportsView

urlpatterns = [path("api/v1/obu/reports", ReportsView.as_view())]
