"""Trips changed by people in the admin: the plan hears of it at once."""

import pytest
from django.contrib.admin import site
from django.test import RequestFactory

from dispatch.admin.trips import TripAdmin
from dispatch.models import Trip
from dispatch.services.plans.runs import run_plan
from fleet.models import Job
from tests.builders import NOW, make_user
from tests.scenes import Scene

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_promised", [True, False])
def test_a_trip_changed_under_a_promise_rings_a_plan(is_promised: bool) -> None:
    scene = Scene()
    scene.add_station()
    truck = scene.add_truck(soc_percent=30)
    if is_promised:
        run_plan(scene.region.pk, read_clock=lambda: NOW)
    trip = Trip.objects.filter(truck=truck).order_by("ready_at")[1]
    request = RequestFactory().post("/")
    request.user = make_user(scene.carrier)
    page = TripAdmin(Trip, site)
    form = page.get_form(request, trip, change=True)(instance=trip)
    trip.load_kg = 20_000

    page.save_model(request, trip, form, change=True)

    rung = Job.objects.filter(name="dispatch.run_plan", payload__cause="trip_changed")
    assert rung.exists() == is_promised
    assert Trip.objects.get(pk=trip.pk).load_kg == 20_000
