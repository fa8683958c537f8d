"""A manager makes a driver's sign-in link; strangers and lookers-on do not."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from fleet import clock
from fleet.models import Driver, Operator, SignInLink, User
from fleet.services.sign_in import LinkRefusedError, redeem_sign_in_link
from tests.builders import make_driver, make_operator, make_user

pytestmark = pytest.mark.django_db


def page_of(driver: Driver) -> str:
    return reverse("admin:fleet_driver_sign_in_link", args=[driver.pk])


def signed_in(operator: Operator, role: str = User.Role.FLEET_MANAGER) -> Client:
    client = Client()
    client.force_login(make_user(operator, role))
    return client


def token_on(html: str) -> str:
    found = re.search(r"/driver/enter/([\w-]+)<", html)
    assert found, html
    return found[1]


def test_a_manager_makes_a_link_that_signs_the_driver_in() -> None:
    driver = make_driver(make_operator())
    manager = signed_in(driver.carrier)
    assert "data:image" not in manager.get(page_of(driver)).content.decode()
    assert not SignInLink.objects.exists()

    html = manager.post(page_of(driver), {"make": ""}).content.decode()

    assert "data:image/svg+xml;base64," in html
    assert redeem_sign_in_link(token_on(html), now=clock.now()) == driver
    form = manager.get(reverse("admin:fleet_driver_change", args=[driver.pk]))
    assert page_of(driver) in form.content.decode()


def test_a_manager_signs_a_driver_out_everywhere() -> None:
    driver = make_driver(make_operator())
    manager = signed_in(driver.carrier)
    token = token_on(manager.post(page_of(driver), {"make": ""}).content.decode())

    manager.post(page_of(driver), {"sign_out": ""})

    with pytest.raises(LinkRefusedError):
        redeem_sign_in_link(token, now=clock.now())


@pytest.mark.parametrize("role", [User.Role.AUDITOR, User.Role.STATION_OPERATOR])
def test_who_only_looks_makes_no_link(role: str) -> None:
    driver = make_driver(make_operator())
    assert signed_in(driver.carrier, role).post(page_of(driver)).status_code == 403
    assert not SignInLink.objects.exists()


def test_a_stranger_makes_no_link() -> None:
    driver = make_driver(make_operator())
    assert signed_in(make_operator()).post(page_of(driver)).status_code == 403
    assert Client().post(page_of(driver)).status_code in {302, 403}
    assert not SignInLink.objects.exists()
