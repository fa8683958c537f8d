import hashlib
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from telematics.api.auth import DeviceKeyAuthentication, IsObu, IsOffice, IsStation, truck_of
from telematics.models import Device, DeviceKey
from telematics.services.keys import (
    RevokedKeyError,
    TwoKeysLiveError,
    UnknownKeyError,
    device_of_key,
    make_key,
    revoke_key,
)
from tests.builders import NOW, make_device, make_operator, make_station, make_truck

pytestmark = pytest.mark.django_db


class TruckView(APIView):
    authentication_classes = [DeviceKeyAuthentication]
    permission_classes = [IsObu]

    def get(self, request: Request) -> Response:
        return Response({"plate": truck_of(request).plate})


class StationView(TruckView):
    permission_classes = [IsStation]


class OfficeView(TruckView):
    permission_classes = [IsOffice]


def ask(view: Any, authorization: str | None = None) -> Any:
    headers = {"Authorization": authorization} if authorization is not None else {}
    answer = view.as_view()(APIRequestFactory().get("/", headers=headers))
    answer.render()
    return answer


def test_a_key_has_256_bits_and_only_its_hash_is_stored() -> None:
    device = make_device()
    key = make_key(device, now=NOW)
    assert len(key) == len("yz_obu_") + 43
    stored = DeviceKey.objects.get(device=device)
    assert bytes(stored.key_sha256) == hashlib.sha256(key.encode()).digest()
    assert key.startswith(stored.prefix)
    assert key not in str(vars(stored))
    assert device_of_key(key) == device


def test_two_keys_live_side_by_side_and_a_third_is_refused_until_one_is_revoked() -> None:
    device = make_device()
    first, second = make_key(device, now=NOW), make_key(device, now=NOW)
    assert device_of_key(first) == device_of_key(second) == device
    with pytest.raises(TwoKeysLiveError) as refusal:
        make_key(device, now=NOW)
    assert refusal.value.code == "two_keys_live"
    assert DeviceKey.objects.count() == 2

    oldest = DeviceKey.objects.get(device=device, ordinal=1)
    assert revoke_key(oldest, now=NOW)
    assert not revoke_key(oldest, now=NOW), "revoked once"
    with pytest.raises(RevokedKeyError):
        device_of_key(first)
    assert device_of_key(second) == device
    assert device_of_key(make_key(device, now=NOW)) == device


def test_the_key_of_a_device_out_of_service_is_refused_at_once() -> None:
    device = make_device()
    key = make_key(device, now=NOW)
    Device.objects.filter(pk=device.pk).update(is_active=False)
    with pytest.raises(RevokedKeyError):
        device_of_key(key)


@pytest.mark.parametrize("fate", ["live", "revoked", "unknown"])
def test_every_key_costs_one_query(fate: str, django_assert_num_queries: Any) -> None:
    device = make_device()
    key = make_key(device, now=NOW)
    if fate == "revoked":
        revoke_key(DeviceKey.objects.get(device=device), now=NOW)
    with django_assert_num_queries(1):
        try:
            device_of_key(key if fate != "unknown" else "yz_obu_guessed")
        except (RevokedKeyError, UnknownKeyError):
            assert fate != "live"


def test_the_right_key_opens_its_trucks_door() -> None:
    truck = make_truck()
    answer = ask(TruckView, f"Bearer {make_key(make_device(truck=truck), now=NOW)}")
    assert answer.status_code == 200
    assert answer.data == {"plate": truck.plate}


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "no_key"),
        ("", "no_key"),
        ("Bearer", "unknown_key"),
        ("Basic eWl6aGFu", "no_key"),
        ("Bearer yz_obu_nobody", "unknown_key"),
        ("bearer \xff\xfe", "unknown_key"),
    ],
)
def test_strangers_get_401_with_their_own_code_and_a_hint(
    authorization: str | None, code: str
) -> None:
    answer = ask(TruckView, authorization)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.data["code"] == code
    assert answer.data["type"].endswith(f"/problems/{code}")
    assert "Authorization: Bearer" in answer.data["hint"]


def test_a_key_of_another_kind_is_told_so() -> None:
    keys = {
        "obu": make_key(make_device(), now=NOW),
        "station": make_key(make_device(station=make_station()), now=NOW),
        "office": make_key(make_device(carrier=make_operator()), now=NOW),
    }
    for kind, view in {"obu": TruckView, "station": StationView, "office": OfficeView}.items():
        for other in set(keys) - {kind}:
            answer = ask(view, f"Bearer {keys[other]}")
            assert (answer.status_code, answer.data["code"]) == (401, "wrong_kind_of_key")
            assert other in answer.data["detail"]


def test_a_revoked_key_is_refused_on_the_next_request() -> None:
    device = make_device()
    key = make_key(device, now=NOW)
    assert ask(TruckView, f"Bearer {key}").status_code == 200
    revoke_key(DeviceKey.objects.get(device=device), now=NOW)
    answer = ask(TruckView, f"Bearer {key}")
    assert (answer.status_code, answer.data["code"]) == (401, "revoked_key")


def test_the_command_prints_the_key_once_and_says_why_not() -> None:
    device = make_device()
    for _ in range(2):
        out = StringIO()
        call_command("make_key", device.serial, stdout=out)
        assert device_of_key(out.getvalue().strip()) == device
    with pytest.raises(CommandError, match="two live keys"):
        call_command("make_key", device.serial)
    with pytest.raises(CommandError, match="serial number"):
        call_command("make_key", "nobody")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_make_keys_at_once_two_succeed() -> None:
    device = make_device()

    def one(_: int) -> str:
        try:
            return make_key(device, now=NOW)
        except TwoKeysLiveError:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        keys = [key for key in pool.map(one, range(16)) if key]
    assert len(keys) == 2
    assert {device_of_key(key) for key in keys} == {device}
