"""Who asks for the registries: people of an operator by session, its office system by key."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pghistory
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView

from fleet.access import works_in_office
from fleet.models import Operator, User
from telematics.api.auth import DeviceKeyAuthentication, KeyProblem
from telematics.models import Device
from telematics.services.keys import KeyRefusedError, device_of_kind

# An office system speaks as whoever keeps the registries of its kind of operator.
ROLES = {
    Operator.Kind.CARRIER: User.Role.FLEET_MANAGER,
    Operator.Kind.PACK_BANK: User.Role.FLEET_MANAGER,
    Operator.Kind.STATION_OPERATOR: User.Role.STATION_OPERATOR,
    Operator.Kind.SUPERVISOR: User.Role.SUPERVISOR,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose rights count (`user`; of an office system, nobody's row), and which machine asks."""

    user: User
    device: Device | None = None

    @property
    def by(self) -> User | None:
        """Return the person who answers for a change; None for a machine."""
        return None if self.device else self.user

    @contextmanager
    def told(self, reason: str) -> Iterator[None]:
        """Give the history of every change inside who made it and why."""
        who = {"actor": self.device.serial} if self.device else {"user": self.user.pk}
        with pghistory.context(reason=reason, **who):
            yield


class OfficeView(APIView):
    """A view for the people and the systems of operators."""

    authentication_classes = [DeviceKeyAuthentication, SessionAuthentication]
    permission_classes = []

    def caller(self, request: Request) -> Caller:
        """Return who asks.

        Raises
        ------
        Problem
            401 without a key or session, or with another kind of key.
        PermissionDenied
            403: a driver, or somebody of no operator.
        """
        if request.user.is_authenticated:
            if not works_in_office(request.user):
                raise PermissionDenied
            return Caller(request.user)
        try:
            device = device_of_kind(request.auth, kind=Device.Kind.OFFICE)
        except KeyRefusedError as error:
            raise KeyProblem(error) from error
        if device.operator is None:
            raise PermissionDenied
        role = ROLES[Operator.Kind(device.operator.kind)]
        speaker = User(operator=device.operator, role=role)
        if not works_in_office(speaker):
            raise PermissionDenied
        return Caller(speaker, device)
