"""Who is calling: devices by their key, and what kind of device may call what."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from fleet.api.problems import Problem
from fleet.models import Operator, SwapStation, Truck
from telematics.models import Device
from telematics.services.clones.lift import is_quarantined
from telematics.services.keys import (
    HINT,
    KeyRefusedError,
    QuarantinedKeyError,
    device_of_header,
    device_of_kind,
)
from telematics.services.signatures import Asked, key_of_signed, read_signed


class KeyProblem(Problem):
    """A refused caller: 401 with the reason's own code and a hint."""

    auth_header = "Bearer"

    def __init__(self, error: KeyRefusedError) -> None:
        super().__init__(status=401, code=error.code, detail=str(error), hint=HINT)


class DeviceKeyAuthentication(BaseAuthentication):
    """Know a device by the key in its `Authorization: Bearer` header, or by what it signed."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Device] | None:
        """Return nobody and the device; None lets the next way of signing in try."""
        authorization = get_authorization_header(request)
        try:
            device = device_of_signature(request._request, authorization)
            device = device or device_of_header(authorization)
        except KeyRefusedError as error:
            raise KeyProblem(error) from error
        return None if device is None else (AnonymousUser(), device)

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  the framework passes it
        """Return what a 401 asks for."""
        return "Bearer"


def device_of_signature(request: HttpRequest, authorization: bytes) -> Device | None:
    """Return the device that signed a request; None if it is not signed.

    Raises
    ------
    KeyRefusedError
    """
    if (signed := read_signed(authorization)) is None:
        return None
    asked = Asked(request.method or "", request.get_full_path(), request.body)
    return key_of_signed(signed, asked).device


class _IsDevice(BasePermission):
    kind: Device.Kind

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002  the framework passes it
        """Let devices of this kind in; refuse others with 401 and the reason."""
        try:
            device_of_kind(request.auth, kind=self.kind)
        except KeyRefusedError as error:
            raise KeyProblem(error) from error
        return True


class IsObu(_IsDevice):
    """Only onboard units; :func:`truck_of` names the truck."""

    kind = Device.Kind.OBU

    def has_permission(self, request: Request, view: Any) -> bool:
        """Let onboard units in, but none of which there are two."""
        is_let_in = super().has_permission(request, view)
        if is_quarantined(device_of(request).pk):
            raise KeyProblem(QuarantinedKeyError())
        return is_let_in


class IsStation(_IsDevice):
    """Only station controllers; :func:`station_of` names the station."""

    kind = Device.Kind.STATION


class IsOffice(_IsDevice):
    """Only carriers' office systems; :func:`carrier_of` names the carrier."""

    kind = Device.Kind.OFFICE


def device_of(request: Request) -> Device:
    """Return the device that calls; only for views that let devices in."""
    if not isinstance(request.auth, Device):
        raise TypeError("the caller is no device")
    return request.auth


def truck_of(request: Request) -> Truck:
    """Return the truck the calling onboard unit speaks for (:class:`IsObu` let it in)."""
    if (truck := device_of(request).truck) is None:
        raise TypeError("the caller speaks for no truck")
    return truck


def station_of(request: Request) -> SwapStation:
    """Return the station the calling controller speaks for (:class:`IsStation` let it in)."""
    if (station := device_of(request).station) is None:
        raise TypeError("the caller speaks for no station")
    return station


def carrier_of(request: Request) -> Operator:
    """Return the carrier the calling office system speaks for (:class:`IsOffice` let it in)."""
    if (carrier := device_of(request).operator) is None:
        raise TypeError("the caller speaks for no carrier")
    return carrier
