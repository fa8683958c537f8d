"""Know a unit by its key."""

import hashlib

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tests.benchmarks.ingest.baseline.models import Unit


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`, looked up by its hash."""

    def authenticate(self, request: Request) -> tuple[Unit, Unit]:
        scheme, _, key = get_authorization_header(request).partition(b" ")
        digest = hashlib.sha256(key).digest()
        unit = Unit.objects.filter(key_sha256=digest).first() if scheme == b"Bearer" else None
        if unit is None:
            raise AuthenticationFailed("unknown key")
        return unit, unit
