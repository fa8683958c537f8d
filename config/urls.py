"""Every address of the service."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("fleet.urls")),
    path("", include("telematics.urls")),
    path("", include("dispatch.urls")),
]
