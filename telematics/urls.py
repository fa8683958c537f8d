"""The addresses of telematics, below the root."""

from django.urls import URLPattern, URLResolver, path

from telematics.api import schema  # noqa: F401  names the keys in the contract
from telematics.api.lost import LostView
from telematics.api.obu import AssignmentView
from telematics.api.station import ReadingsView
from telematics.ingest.views import reports

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/obu/reports", reports, name="obu-reports"),
    path("api/v1/obu/assignment", AssignmentView.as_view(), name="obu-assignment"),
    path("api/v1/obu/lost", LostView.as_view(), name="obu-lost"),
    path("api/v1/station/readings", ReadingsView.as_view(), name="station-readings"),
]
