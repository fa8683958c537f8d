"""The addresses of dispatch, below the root."""

from django.urls import URLPattern, URLResolver, include, path

from dispatch.api import driver as driver_api
from dispatch.driver.stream import stream

ACTIONS = ("accept", "decline", "leave", "arrive", "done")
DRIVER_API: list[URLPattern | URLResolver] = [
    path("session", driver_api.SessionView.as_view()),
    path("me", driver_api.MeView.as_view()),
    path("shifts", driver_api.ShiftsView.as_view()),
    path("shifts/end", driver_api.ShiftEndView.as_view()),
    path("assignment", driver_api.AssignmentView.as_view()),
    path("stream", stream, name="driver_stream"),
    *[
        path(f"assignments/<int:assignment_id>/{action}", driver_api.action_view(action).as_view())
        for action in ACTIONS
    ],
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/driver/", include(DRIVER_API)),
]
