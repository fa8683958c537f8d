"""The addresses of the driver's page, below `/driver/`."""

from django.urls import path

from dispatch.driver import app_views, views

app_name = "driver"
urlpatterns = [
    path("", views.page, name="page"),
    path("sw.js", app_views.service_worker, name="service_worker"),
    path("manifest.<str:language>.webmanifest", app_views.manifest, name="manifest"),
    path("shell/<str:version>/<str:name>", app_views.shell_file, name="shell_file"),
    path("enter/<str:token>", views.enter, name="enter"),
    path("language", views.set_language, name="language"),
    path("assignments/<int:assignment_id>/navigate", views.navigate, name="navigate"),
    path("assignments/<int:assignment_id>/check-in.svg", views.check_in_qr, name="check_in_qr"),
]
