"""The keys a process knows by heart, against the PostgreSQL they come from."""

import secrets
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from telematics.ingest.keyring import Keyring, KeyringAwayError, NotInMemoryError
from telematics.ingest.keysource import open_session
from telematics.models import Device, DeviceKey, KeyChange
from telematics.services.keys import (
    NoKeyError,
    RevokedKeyError,
    UnknownKeyError,
    WrongKindOfKeyError,
    forget_key_changes,
    make_key,
    revoke_key,
)
from tests.builders import NOW, make_device, make_station, make_truck

pytestmark = pytest.mark.django_db(transaction=True)

PROMISED_S = 5.0
PATIENCE_S = 3 * PROMISED_S  # a loaded machine; what is measured is asserted apart


def bearer(key: str) -> bytes:
    return b"Bearer " + key.encode()


def wait_for(holds: Callable[[], bool], within_s: float = PATIENCE_S) -> float:
    """Return how long it took until `holds`."""
    began_s = time.monotonic()
    while not holds():
        assert time.monotonic() - began_s < within_s
        time.sleep(0.01)
    return time.monotonic() - began_s


@pytest.fixture
def ring() -> Iterator[Keyring]:
    ring = Keyring()
    yield ring
    ring.stop()


def started(ring: Keyring) -> Keyring:
    ring.start()
    wait_for(lambda: ring.age_s < PROMISED_S)
    return ring


def refused(ring: Keyring, key: str) -> bool:
    """Whether a key is refused by whoever asks as the door does: memory first, then PostgreSQL."""
    try:
        ring.caller(bearer(key))
    except NotInMemoryError:
        try:
            ring.find(bearer(key))
        except RevokedKeyError:
            return True
    except RevokedKeyError:
        return True
    return False


def test_what_was_there_at_the_start_is_known_by_heart(ring: Keyring) -> None:
    device = make_device(datum="gcj02")
    first, second = make_key(device, now=NOW), make_key(device, now=NOW)
    station = make_device(kind="station", truck=None, station=make_station())
    stranger = make_key(station, now=NOW)
    started(ring)
    caller = ring.caller(bearer(first))
    assert (caller.device_id, caller.truck_id, caller.datum) == (
        device.pk,
        device.truck_id,
        "gcj02",
    )
    assert caller.key_id == DeviceKey.objects.get(device=device, ordinal=1).pk
    assert ring.caller(b"bearer   " + second.encode()).device_id == device.pk
    with pytest.raises(WrongKindOfKeyError, match="kind station"):
        ring.caller(bearer(stranger))
    for nothing in (b"", b"Basic dTpw", first.encode()):
        with pytest.raises(NoKeyError):
            ring.caller(nothing)
    assert len(ring) == 3


def test_before_the_start_memory_says_nothing_and_postgresql_is_asked(ring: Keyring) -> None:
    key = make_key(device := make_device(), now=NOW)
    with pytest.raises(NotInMemoryError):
        ring.caller(bearer(key))
    assert ring.find(bearer(key)).device_id == device.pk


def test_a_new_key_works_at_once_and_is_then_known(ring: Keyring) -> None:
    started(ring)
    device = make_device()
    for _ in range(20):
        key = make_key(device, now=NOW)
        try:
            caller = ring.caller(bearer(key))
        except NotInMemoryError:
            caller = ring.find(bearer(key))
        assert caller.device_id == device.pk
        assert ring.caller(bearer(key)) == caller
        revoke_key(DeviceKey.objects.get(pk=caller.key_id), now=NOW)


def test_a_key_nobody_has_is_refused_and_the_refusal_is_remembered(ring: Keyring) -> None:
    started(ring)
    with pytest.raises(UnknownKeyError):
        ring.find(bearer("yz_obu_nobody"))
    with pytest.raises(UnknownKeyError, match="Copy it again"):
        ring.caller(bearer("yz_obu_nobody"))


@pytest.mark.parametrize("how", ["revoked", "inactive", "deleted"])
def test_a_key_that_was_good_is_out_within_the_promise(ring: Keyring, how: str) -> None:
    device = make_device()
    key, other = make_key(device, now=NOW), make_key(make_device(), now=NOW)
    started(ring)
    assert ring.caller(bearer(key)).device_id == device.pk
    if how == "revoked":
        revoke_key(DeviceKey.objects.get(device=device), now=NOW)
    elif how == "inactive":
        Device.objects.filter(pk=device.pk).update(is_active=False)
    else:
        DeviceKey.objects.filter(device=device).delete()

    def is_out() -> bool:
        try:
            ring.caller(bearer(key))
        except (NotInMemoryError, RevokedKeyError, UnknownKeyError):
            return True
        return False

    assert wait_for(is_out) < PATIENCE_S
    with pytest.raises((RevokedKeyError, UnknownKeyError)):
        ring.find(bearer(key))
    assert _known(ring, other)


def test_a_device_moved_to_another_truck_speaks_for_that_one(ring: Keyring) -> None:
    key = make_key(device := make_device(), now=NOW)
    started(ring)
    truck = make_truck()
    Device.objects.filter(pk=device.pk).update(truck=truck, datum="gcj02")
    wait_for(lambda: ring.caller(bearer(key)).truck_id == truck.pk)
    assert ring.caller(bearer(key)).datum == "gcj02"


def test_a_revocation_that_began_first_and_committed_last_is_seen(ring: Keyring) -> None:
    """Numbers from a sequence would be passed over here: the later number commits first."""
    early, late = make_device(), make_device()
    key = make_key(early, now=NOW)
    started(ring)
    with open_session() as other:
        other.autocommit = False
        other.execute(
            "UPDATE telematics_devicekey SET revoked_at = now() WHERE device_id = %s", [early.pk]
        )
        second = make_key(late, now=NOW)
        wait_for(lambda: _known(ring, second))
        time.sleep(1.5)  # a look with the first transaction still open
        assert _known(ring, key)
        other.commit()
    assert wait_for(lambda: refused(ring, key)) < PATIENCE_S


def test_what_cannot_be_confirmed_is_not_vouched_for(ring: Keyring) -> None:
    key = make_key(make_device(), now=NOW)
    started(ring)
    with open_session() as other:
        other.autocommit = False
        other.execute("LOCK TABLE telematics_devicekey, telematics_keychange")

        def is_unsaid() -> bool:
            try:
                ring.caller(bearer(key))
            except NotInMemoryError:
                return True
            return False

        assert wait_for(is_unsaid) < PATIENCE_S
        began_s = time.monotonic()
        with pytest.raises(KeyringAwayError):
            ring.find(bearer(key))
        assert time.monotonic() - began_s < 2.0
        other.rollback()
    wait_for(lambda: _known(ring, key))


def test_strangers_with_ever_new_keys_cost_little_and_keep_nobody_out(ring: Keyring) -> None:
    key = make_key(make_device(), now=NOW)
    started(ring)
    asked = [ring.ask(bearer(secrets.token_urlsafe(32))) for _ in range(3_000)]
    assert _known(ring, key)
    newcomer = make_key(device := make_device(), now=NOW)
    told = [type(each.exception(PATIENCE_S)) for each in asked]
    assert {*told} == {UnknownKeyError, KeyringAwayError}
    assert ring.find(bearer(newcomer)).device_id == device.pk


def test_changes_are_forgotten_after_an_hour(ring: Keyring) -> None:
    make_key(make_device(), now=NOW)
    assert KeyChange.objects.count() == 1
    assert forget_key_changes() == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE telematics_keychange SET changed_at = now() - interval '61 min'")
    assert forget_key_changes() == 1


def _known(ring: Keyring, key: str) -> bool:
    try:
        ring.caller(bearer(key))
    except NotInMemoryError:
        return False
    return True
