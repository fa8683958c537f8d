"""A driver's session lasts thirty days, and not five seconds after its manager ended it."""

import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from fleet import clock
from fleet.services.sign_in import make_sign_in_link, sign_out_everywhere
from tests.builders import make_driver, make_operator

pytestmark = pytest.mark.django_db
ME = "/api/v1/driver/me"
THIRTY_DAYS = timedelta(days=30)
REVOKED_WITHIN_S = 5.0


def grow_older(age: timedelta) -> None:
    """Let all sessions have been opened so long ago."""
    for session in Session.objects.all():
        session.expire_date -= age
        session.save(update_fields=["expire_date"])


@pytest.mark.parametrize("age_days", [0, 15, 29.9])
def test_a_session_of_any_age_is_ended_at_once(client: Client, age_days: float) -> None:
    driver = make_driver(make_operator())
    link = make_sign_in_link(driver, now=clock.now(), by=None)
    answer = client.post(f"/driver/enter/{link.token}")
    assert answer.cookies["sessionid"]["max-age"] == THIRTY_DAYS.total_seconds()
    grow_older(timedelta(days=age_days))
    assert client.get(ME).status_code == 200

    began = time.monotonic()
    sign_out_everywhere(driver)
    assert client.get(ME).status_code == 401
    assert time.monotonic() - began < REVOKED_WITHIN_S
    page = client.get("/driver/")
    assert "Yizhan-Driver" not in page.headers


def test_after_thirty_days_the_session_is_over(client: Client) -> None:
    driver = make_driver(make_operator())
    link = make_sign_in_link(driver, now=clock.now(), by=None)
    client.post(f"/driver/enter/{link.token}")
    session = Session.objects.get()
    assert abs(session.expire_date - timezone.localtime() - THIRTY_DAYS) < timedelta(minutes=1)
    grow_older(THIRTY_DAYS)
    assert client.get(ME).status_code == 401
