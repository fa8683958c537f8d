"""Sign drivers in by a one-time link or QR from their manager; no password on the road."""

import hashlib
import io
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pghistory
import segno
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fleet.models import Driver, SignInLink, User

LINK_LASTS = timedelta(minutes=15)
SENTENCES = {
    "unknown_link": _("This link is not known. Ask your manager for a new one."),
    "link_used": _("This link was used already. Ask your manager for a new one."),
    "link_expired": _("This link is too old. Ask your manager for a new one."),
}


class LinkRefusedError(Exception):
    """A link signs nobody in; `code` is `unknown_link`, `link_used` or `link_expired`."""

    def __init__(self, code: str) -> None:
        super().__init__(str(SENTENCES[code]))
        self.code = code


@dataclass(frozen=True, slots=True)
class SignInToken:
    """A fresh link: shown once, never stored."""

    token: str
    url: str
    expires_at: datetime

    @property
    def qr_svg(self) -> bytes:
        """The link as a QR code to point a phone at."""
        return qr_svg(self.url)


@transaction.atomic
def make_sign_in_link(
    driver: Driver, *, now: datetime, by: User | None, lasts: timedelta = LINK_LASTS
) -> SignInToken:
    """Make a link that signs the driver in once, within `lasts` of the service's clock.

    Writes the link's SHA-256 and, for a driver who never signed in, a user without a password.
    The token has 256 bits; who makes a link must have been let near the driver by
    `fleet.access.drivers_for`.
    """
    token = secrets.token_urlsafe(32)
    if driver.user is None:
        with pghistory.context(reason="first sign-in link"):
            driver.user = _make_user(driver)
            driver.save(update_fields=["user"])
    SignInLink.objects.create(
        driver=driver,
        token_sha256=_sha256(token),
        created_at=now,
        created_by=by,
        expires_at=now + lasts,
    )
    url = f"{settings.PUBLIC_URL}/driver/enter/{token}"
    return SignInToken(token=token, url=url, expires_at=now + lasts)


def redeem_sign_in_link(token: str, *, now: datetime) -> Driver:
    """Use a link up and return its driver.

    One `UPDATE` decides between phones that redeem the same link at the same moment.

    Raises
    ------
    LinkRefusedError
        Nothing was written.
    """
    link = SignInLink.objects.filter(token_sha256=_sha256(token))
    fresh = link.filter(
        used_at__isnull=True,
        expires_at__gt=now,
        driver__is_active=True,
        driver__user__is_active=True,
        driver__carrier__is_active=True,
    )
    used = SignInLink.objects.filter(pk__in=fresh.values("pk"), used_at__isnull=True).update(
        used_at=now
    )
    found = link.select_related("driver__user", "driver__carrier").first()
    if found is None:
        raise LinkRefusedError("unknown_link")
    if not used:
        raise LinkRefusedError("link_expired" if found.used_at is None else "link_used")
    return found.driver


def sign_out_everywhere(driver: Driver) -> None:
    """End all sessions of a driver and spoil the links not used yet; open pages see it in 5 s.

    Sessions carry a hash of the password field, so a new unusable password ends them all.
    """
    with transaction.atomic():
        SignInLink.objects.filter(driver=driver, used_at__isnull=True).delete()
        if driver.user is not None:
            driver.user.set_unusable_password()
            driver.user.save(update_fields=["password"])


def qr_svg(text: str) -> bytes:
    """Return a QR code as an SVG image, black on white whatever the page's colours."""
    image = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        image, kind="svg", scale=8, border=3, dark="#000", light="#fff", omitsize=True
    )
    return image.getvalue()


def _make_user(driver: Driver) -> User:
    user = User(username=f"driver-{driver.pk}", operator=driver.carrier, role=User.Role.DRIVER)
    user.first_name = driver.name[:150]
    user.set_unusable_password()
    user.save()
    return user


def _sha256(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
