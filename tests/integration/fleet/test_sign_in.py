"""One-time links sign a driver in once, in time, on one phone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from fleet.models import Driver, SignInLink
from fleet.services.sign_in import (
    LinkRefusedError,
    make_sign_in_link,
    redeem_sign_in_link,
    sign_out_everywhere,
)
from tests.builders import NOW, make_driver, make_operator

pytestmark = pytest.mark.django_db


def refusal(token: str, after: timedelta = timedelta(0)) -> str:
    with pytest.raises(LinkRefusedError) as caught:
        redeem_sign_in_link(token, now=NOW + after)
    return caught.value.code


def test_a_link_is_stored_as_its_hash_and_makes_a_user_without_a_password() -> None:
    driver = make_driver(make_operator())

    link = make_sign_in_link(driver, now=NOW, by=None)

    stored = SignInLink.objects.get(driver=driver)
    assert link.token.encode() not in bytes(stored.token_sha256)
    assert link.url.endswith(f"/driver/enter/{link.token}")
    assert b"<svg" in link.qr_svg
    user = Driver.objects.get(pk=driver.pk).user
    assert user is not None
    assert (user.role, user.has_usable_password(), user.is_staff) == ("driver", False, False)


def test_a_link_works_once() -> None:
    link = make_sign_in_link(make_driver(make_operator()), now=NOW, by=None)

    redeem_sign_in_link(link.token, now=NOW)

    assert refusal(link.token) == "link_used"


def test_a_link_works_for_a_quarter_of_an_hour() -> None:
    link = make_sign_in_link(make_driver(make_operator()), now=NOW, by=None)

    assert refusal(link.token, after=timedelta(minutes=15)) == "link_expired"
    just_in_time = NOW + timedelta(minutes=14, seconds=59)
    assert redeem_sign_in_link(link.token, now=just_in_time).carrier.kind == "carrier"


def test_an_unknown_link_is_refused() -> None:
    assert refusal("x" * 43) == "unknown_link"


def test_signing_out_everywhere_spoils_links_not_used_yet() -> None:
    driver = make_driver(make_operator())
    link = make_sign_in_link(driver, now=NOW, by=None)

    sign_out_everywhere(driver)

    assert refusal(link.token) == "unknown_link"


@pytest.mark.parametrize("let_go", ["driver", "carrier", "user"])
def test_a_driver_let_go_cannot_use_a_link(let_go: str) -> None:
    driver = make_driver(make_operator())
    link = make_sign_in_link(driver, now=NOW, by=None)
    thing = driver if let_go == "driver" else getattr(driver, let_go)
    thing.is_active = False
    thing.save()

    assert refusal(link.token) == "link_expired"


@pytest.mark.django_db(transaction=True)
def test_two_phones_racing_for_a_link_sign_in_once() -> None:
    link = make_sign_in_link(make_driver(make_operator()), now=NOW, by=None)

    def race(_: int) -> str:
        try:
            redeem_sign_in_link(link.token, now=NOW)
        except LinkRefusedError as error:
            return error.code
        finally:
            connection.close()
        return "in"

    with ThreadPoolExecutor(6) as threads:
        outcomes = sorted(threads.map(race, range(6)))

    assert outcomes == ["in"] + ["link_used"] * 5
