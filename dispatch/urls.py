"""The addresses of dispatch, below the root."""

from django.urls import URLPattern, URLResolver, include, path

from dispatch.admin.wall import screen_body, screen_page
from dispatch.api import driver as driver_api
from dispatch.api import seen as seen_api
from dispatch.api import station as station_api
from dispatch.api import trips as trips_api
from dispatch.driver.stream import stream

ACTIONS = ("accept", "decline", "leave", "arrive", "done")
DRIVER_API: list[URLPattern | URLResolver] = [
    path("session", driver_api.SessionView.as_view()),
    path("me", driver_api.MeView.as_view()),
    path("shifts", driver_api.ShiftsView.as_view()),
    path("shifts/end", driver_api.ShiftEndView.as_view()),
    path("assignment", driver_api.AssignmentView.as_view()),
    path("seen", seen_api.SeenView.as_view()),
    path("stream", stream, name="driver_stream"),
    *[
        path(f"assignments/<int:assignment_id>/{action}", driver_api.action_view(action).as_view())
        for action in ACTIONS
    ],
]
STATION_API: list[URLPattern | URLResolver] = [
    path("arrivals", station_api.ArrivalsView.as_view(), name="station-arrivals"),
    path(
        "charge-plan",
        station_api.ChargePlanView.as_view(),
        name="station-charge-plan",
    ),
    path("check-ins", station_api.CheckInsView.as_view(), name="station-check-ins"),
    path("swaps", station_api.SwapsView.as_view(), name="station-swaps"),
    path(
        "lanes/<int:number>/close",
        station_api.LaneCloseView.as_view(),
        name="station-lane-close",
    ),
    path(
        "lanes/<int:number>/open",
        station_api.LaneOpenView.as_view(),
        name="station-lane-open",
    ),
]
FLEET_API: list[URLPattern | URLResolver] = [
    path("trips", trips_api.TripsView.as_view(), name="fleet-trips"),
    path(
        "trips/<str:external_id>/cancel",
        trips_api.TripCancelView.as_view(),
        name="fleet-trip-cancel",
    ),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/driver/", include(DRIVER_API)),
    path("api/v1/fleet/", include(FLEET_API)),
    path("api/v1/fleet/", include("dispatch.api.registries.urls")),
    path("api/v1/obu/seen", seen_api.UnitSeenView.as_view(), name="obu-seen"),
    path("api/v1/station/", include(STATION_API)),
    path("driver/", include("dispatch.driver.urls")),
    path("wall/<str:token>/", screen_page, name="wall_screen"),
    path("wall/<str:token>/body/", screen_body, name="wall_screen_body"),
]
