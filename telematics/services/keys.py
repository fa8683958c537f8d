"""Keys of devices: made once, shown once, stored as a hash, revoked at once."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from telematics.models import Device, DeviceKey, KeyChange

BEGINNINGS = {
    Device.Kind.OBU: "yz_obu_",
    Device.Kind.STATION: "yz_stn_",
    Device.Kind.OFFICE: "yz_ofc_",
}
KEY_BYTES = 32
SHOWN_CHARACTERS = 12
CHANGES_KEPT = timedelta(hours=1)


HINT = "Send `Authorization: Bearer <key>`; the key is shown once, when it is made for the device."


class KeyRefusedError(Exception):
    """A caller that is not let in: `code` is stable, the text says what to do."""

    code = "no_key"
    sentence = "This address needs a device's key."

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.sentence)


class NoKeyError(KeyRefusedError):
    """The caller showed no key."""


class UnknownKeyError(KeyRefusedError):
    """No device ever had this key."""

    code = "unknown_key"
    sentence = "No device has this key. Copy it again, or have a new one made."


class RevokedKeyError(KeyRefusedError):
    """The key was taken back, or its device is out of service."""

    code = "revoked_key"
    sentence = "This key was revoked. Ask whoever runs the device for the new one."


class WrongKindOfKeyError(KeyRefusedError):
    """The key is good, but its device has no business here."""

    code = "wrong_kind_of_key"


class QuarantinedKeyError(KeyRefusedError):
    """Two units use this key: nothing that waits for the truck is told to either."""

    code = "device_quarantined"
    sentence = "Two units use this key. Ask whoever runs the truck for a new one."


class SignatureRequiredError(KeyRefusedError):
    """The device's key must not travel: its requests are signed with it."""

    code = "signature_required"
    sentence = "This device must sign its requests; its key must not travel."


class TwoKeysLiveError(Exception):
    """A device has two live keys already: one must be revoked before a third is made."""

    code = "two_keys_live"


def key_sha256(key: str) -> bytes:
    """Return what is stored of a key; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(key.encode()).digest()


def make_key(device: Device, *, now: datetime) -> str:
    """Make a key for a device and return it: the only time anyone sees it.

    The first free ordinal of two is taken; `telematics_device_has_two_live_keys_at_most` decides
    between those who make keys at the same time.

    Raises
    ------
    TwoKeysLiveError
        Nothing was written. Revoke a key first.
    """
    key = BEGINNINGS[Device.Kind(device.kind)] + secrets.token_urlsafe(KEY_BYTES)
    for ordinal in (1, 2):
        try:
            with transaction.atomic():
                DeviceKey.objects.create(
                    device=device,
                    ordinal=ordinal,
                    key_sha256=key_sha256(key),
                    prefix=key[:SHOWN_CHARACTERS],
                    created_at=now,
                )
        except IntegrityError:
            continue
        return key
    raise TwoKeysLiveError(f"{device.serial} has two live keys. Revoke one of them first.")


def revoke_key(device_key: DeviceKey, *, now: datetime) -> bool:
    """Take a key back, from the next request on; say whether it was live."""
    live = DeviceKey.objects.filter(pk=device_key.pk, revoked_at__isnull=True)
    return live.update(revoked_at=now) == 1


def forget_key_changes() -> int:
    """Forget what keyrings have long seen, by the database's clock; return how many rows.

    A keyring that could not look for half an hour loads all keys anew.
    """
    old = KeyChange.objects.filter(changed_at__lt=Now() - CHANGES_KEPT)
    return old.delete()[0]


def device_of_key(key: str) -> Device:
    """Return the device that speaks with this key.

    One query and one hash whatever the outcome, and nothing is remembered: a revoked key is
    refused from the next request on.

    Raises
    ------
    UnknownKeyError, RevokedKeyError, SignatureRequiredError
    """
    relations = ("device", "device__truck", "device__station", "device__operator")
    found = DeviceKey.objects.select_related(*relations).filter(key_sha256=key_sha256(key)).first()
    if found is None:
        raise UnknownKeyError
    if found.revoked_at is not None or not found.device.is_active:
        raise RevokedKeyError
    if found.device.requires_signature:
        raise SignatureRequiredError
    return found.device


def device_of_header(authorization: bytes) -> Device | None:
    """Return the device whose key an `Authorization` header carries; None if it carries none.

    Raises
    ------
    UnknownKeyError, RevokedKeyError
    """
    scheme, _, key = authorization.partition(b" ")
    return device_of_key(key.strip().decode("latin-1")) if scheme.lower() == b"bearer" else None


def device_of_kind(device: object, *, kind: Device.Kind) -> Device:
    """Return the device, which must be there and of this kind.

    Raises
    ------
    NoKeyError, WrongKindOfKeyError
    """
    if not isinstance(device, Device):
        raise NoKeyError
    if device.kind != kind:
        raise WrongKindOfKeyError(
            f"This is a key of kind {device.kind}; this address is for kind {kind.value}."
        )
    return device
