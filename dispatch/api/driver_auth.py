"""Who is calling: a driver with a session, and proof that the page itself sent the request."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.authentication import SessionScheme
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from fleet.access import driver_of
from fleet.api.problems import Problem
from fleet.models import Driver


class DriverSession(SessionAuthentication):
    """A session cookie, and `X-CSRFToken` on everything that writes."""

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  the framework passes it
        """Return what a 401 asks for."""
        return "Session"

    def enforce_csrf(self, request: Request) -> None:
        """Refuse a write without the page's token.

        Raises
        ------
        Problem
            403 `csrf_failed`.
        """
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            detail = _("Send the csrf_token of your session or of `GET me` as X-CSRFToken.")
            raise Problem(status=403, code="csrf_failed", detail=str(detail)) from error


class DriverSessionScheme(SessionScheme):  # type: ignore[no-untyped-call]  # the library is untyped here
    """The session in the API's description."""

    target_class = "dispatch.api.driver_auth.DriverSession"
    name = "driverSession"
    priority = 0


class IsDriver(BasePermission):
    """Only drivers; :func:`driver_behind` names the driver."""

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002  the framework passes it
        """Let drivers in; tell others how to sign in."""
        if driver_of(request.user) is None:
            detail = _("Sign in with a link or QR code from your manager.")
            raise Problem(status=401, code="not_signed_in", detail=str(detail))
        return True


def driver_behind(request: Request) -> Driver:
    """Return the driver who calls; only for views that let drivers in."""
    if (driver := driver_of(request.user)) is None:
        raise TypeError("the caller is no driver")
    return driver
