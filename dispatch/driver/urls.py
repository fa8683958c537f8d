"""The addresses of the driver's page, below `/driver/`."""

from django.urls import path

from dispatch.driver import views

app_name = "driver"
urlpatterns = [
    path("", views.page, name="page"),
    path("enter/<str:token>", views.enter, name="enter"),
    path("language", views.set_language, name="language"),
    path("assignments/<int:assignment_id>/navigate", views.navigate, name="navigate"),
    path("assignments/<int:assignment_id>/check-in.svg", views.check_in_qr, name="check_in_qr"),
]
