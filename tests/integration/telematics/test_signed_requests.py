"""Devices that sign instead of showing their key, at the addresses of Django REST framework."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from telematics.models import Device, DeviceKey
from telematics.services.keys import key_sha256, make_key, revoke_key
from telematics.services.signatures import Asked, signature_of
from tests.builders import NOW, make_device, make_station
from tests.obu import problem

URL = "/api/v1/obu/assignment"


def authorization(device: Device, key: str, seq: int, *, url: str = URL) -> str:
    signature = signature_of(key_sha256(key), Asked("GET", url, b""), serial=device.serial, seq=seq)
    return f"YZ-HMAC-SHA256 device={device.serial}, seq={seq}, signature={signature}"


def get(header: str, url: str = URL) -> Any:
    return Client().get(url, headers={"Authorization": header})


@pytest.mark.django_db
def test_a_signed_request_is_let_in_once() -> None:
    key = make_key(device := make_device(), now=NOW)
    header = authorization(device, key, 7)
    assert get(header).status_code == 204
    said = problem(get(header), 401, "stale_sequence")
    assert "last number was 7" in said["detail"]
    problem(get(authorization(device, key, 6)), 401, "stale_sequence")
    assert get(authorization(device, key, 8)).status_code == 204


@pytest.mark.django_db
def test_numbers_are_those_of_a_key_and_only_good_signatures_use_them_up() -> None:
    device = make_device()
    first, second = make_key(device, now=NOW), make_key(device, now=NOW)
    forged = authorization(device, "yz_obu_guessed", 2**62)
    problem(get(forged), 401, "bad_signature")
    assert get(authorization(device, first, 5)).status_code == 204
    assert get(authorization(device, second, 5)).status_code == 204
    revoke_key(DeviceKey.objects.get(device=device, ordinal=1), now=NOW)
    problem(get(authorization(device, first, 6)), 401, "bad_signature")
    assert get(authorization(device, second, 6)).status_code == 204


@pytest.mark.django_db
def test_a_signature_is_good_for_its_address_and_its_device_alone() -> None:
    key = make_key(device := make_device(), now=NOW)
    elsewhere = authorization(device, key, 1, url="/api/v1/obu/reports")
    problem(get(elsewhere), 401, "bad_signature")
    problem(get(authorization(device, key, 1), f"{URL}?more"), 401, "bad_signature")
    other = make_device()
    problem(get(authorization(other, key, 1)), 401, "unknown_key")
    make_key(other, now=NOW)
    problem(get(authorization(other, key, 1)), 401, "bad_signature")
    problem(get("YZ-HMAC-SHA256 nonsense"), 401, "bad_signature")


@pytest.mark.django_db
def test_a_device_may_have_to_sign() -> None:
    key = make_key(device := make_device(requires_signature=True), now=NOW)
    problem(get(f"Bearer {key}"), 401, "signature_required")
    assert get(authorization(device, key, 1)).status_code == 204


@pytest.mark.django_db
def test_revoked_keys_devices_out_of_service_and_other_kinds_do_not_sign() -> None:
    key = make_key(device := make_device(), now=NOW)
    revoke_key(DeviceKey.objects.get(device=device), now=NOW)
    problem(get(authorization(device, key, 1)), 401, "revoked_key")
    key = make_key(device := make_device(is_active=False), now=NOW)
    problem(get(authorization(device, key, 1)), 401, "revoked_key")
    key = make_key(device := make_device(station=make_station()), now=NOW)
    problem(get(authorization(device, key, 1)), 401, "wrong_kind_of_key")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_send_the_same_signed_request_at_once_one_is_let_in() -> None:
    key = make_key(device := make_device(), now=NOW)
    headers = [authorization(device, key, seq) for seq in range(1, 6)]

    def send(header: str) -> int:
        try:
            return int(get(header).status_code)
        finally:
            connection.close()

    for header in headers:
        with ThreadPoolExecutor(8) as threads:
            answers = sorted(threads.map(send, [header] * 8))
        assert answers == [204] + [401] * 7
