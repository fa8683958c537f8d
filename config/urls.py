"""Every address of the service."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import health, metrics

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("fleet.urls")),
    path("", include("telematics.urls")),
    path("", include("dispatch.urls")),
]
handler400 = "fleet.api.errors.bad_request"
handler403 = "fleet.api.errors.permission_denied"
handler404 = "fleet.api.errors.not_found"
handler500 = "fleet.api.errors.server_error"
