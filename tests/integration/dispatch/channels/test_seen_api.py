"""Pages and units say what was seen; the admin shows it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.models import DriverNotice, SwapAssignment
from dispatch.services.news import tell_driver
from fleet import clock
from telematics.services.keys import make_key
from tests.builders import make_assignment, make_device, make_user
from tests.integration.dispatch.test_driver_api import sign_in
from tests.scenes import Scene

pytestmark = pytest.mark.django_db


def offered() -> SwapAssignment:
    scene = Scene(now=clock.now())
    truck = scene.add_truck()
    driver = scene.shift_of(truck).driver
    driver.user, driver.phone = make_user(scene.carrier, "driver"), "13803150001"
    driver.save()
    offer = make_assignment(truck, scene.add_station(), driver)
    tell_driver(offer, kind="offered", now=clock.now())
    return offer


def seen_on(offer: SwapAssignment) -> str:
    notice = DriverNotice.objects.get(assignment=offer, must_be_seen=True)
    assert (notice.seen_at is None) == (not notice.seen_on)
    return notice.seen_on


def test_a_page_says_what_it_showed(standing_clock: None) -> None:
    offer, other = offered(), offered()
    assert offer.driver
    phone = sign_in(offer.driver)
    shown = [{"assignment": offer.pk, "version": 1}, {"assignment": other.pk}]

    assert phone.post("seen", shown=shown).json() == {"seen": 1}
    assert phone.post("seen", shown=shown).json() == {"seen": 0}
    assert (seen_on(offer), seen_on(other)) == ("page", "")


@pytest.mark.parametrize(
    "shown", [None, [{}], [{"assignment": 0}], [{"assignment": 2**63}], [{"assignment": 1}] * 51]
)
def test_nonsense_is_refused(shown: Any) -> None:
    offer = offered()
    assert offer.driver
    answer = sign_in(offer.driver).post("seen", shown=shown)
    assert answer.status_code == 400
    assert seen_on(offer) == ""


def test_who_answers_has_seen(standing_clock: None) -> None:
    offer = offered()
    SwapAssignment.objects.filter(pk=offer.pk).update(offer_expires_at=clock.now())
    assert offer.driver
    phone = sign_in(offer.driver)
    assert phone.post(f"assignments/{offer.pk}/decline", reason="too_far").status_code == 200
    assert seen_on(offer) == "tap"


def test_a_unit_says_what_it_showed() -> None:
    offer, other = offered(), offered()
    key = make_key(make_device(truck=offer.truck), now=clock.now())
    body = {"shown": [{"assignment": offer.pk, "version": 1}, {"assignment": other.pk}]}
    answer = Client().post(
        "/api/v1/obu/seen",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.json() == {"seen": 1}
    assert (seen_on(offer), seen_on(other)) == ("obu", "")
    assert Client().post("/api/v1/obu/seen", body).status_code == 401


def test_the_dispatcher_sees_who_must_be_called(admin_client: Client, standing_clock: None) -> None:
    offer = offered()
    DriverNotice.objects.update(look_at=None, given_up_at=clock.now())
    admin_client.cookies["django_language"] = "en"
    page = admin_client.get(f"/admin/dispatch/swapassignment/{offer.pk}/change/")
    assert "What the driver was told" in page.text
    assert "tel:13803150001" in page.text
    assert "13803150001" in admin_client.get("/admin/").text
    unseen = admin_client.get("/admin/dispatch/swapassignment/?seen=no").text
    assert offer.truck.plate in unseen
    assert "not seen: call" in unseen
    found = admin_client.get("/admin/dispatch/swapassignment/?seen=yes").text
    assert offer.truck.plate not in found
    detail = admin_client.get(reverse("admin:dispatch_map_truck", args=[offer.truck_id]))
    assert "not seen: call" in detail.text


def test_a_station_sees_no_drivers_number(client: Client, standing_clock: None) -> None:
    offer = offered()
    DriverNotice.objects.update(look_at=None, given_up_at=clock.now())
    client.force_login(make_user(offer.station.operator, "station_operator"))
    for path in ("/admin/", f"/admin/dispatch/swapassignment/{offer.pk}/change/"):
        assert "13803150001" not in client.get(path).text
