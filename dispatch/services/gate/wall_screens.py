"""Make and take back the links of wall screens."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q

from dispatch.models import WallScreen
from fleet.models import SwapStation, User
from fleet.services.packs import told

SEEN_EVERY = timedelta(minutes=1)


def make_wall_screen(
    station: SwapStation, *, name: str, by: User, now: datetime
) -> tuple[WallScreen, str]:
    """Make a link for a screen; return it with its token, which is not kept."""
    token = secrets.token_urlsafe(24)
    with told(by=by, why=name):
        screen = WallScreen.objects.create(
            station=station, name=name, token_sha256=_digest(token), made_at=now, made_by=by
        )
    return screen, token


def take_back_wall_screen(screen: WallScreen, *, by: User | None, now: datetime) -> bool:
    """End a link: the screen is dark at its next question; False if it had ended before."""
    with told(by=by, why="taken back"):
        return bool(WallScreen.objects.filter(pk=screen.pk, revoked_at=None).update(revoked_at=now))


def wall_screen_of(token: str, *, now: datetime) -> WallScreen | None:
    """Return the screen of a token, and note that it was seen; None for a link taken back."""
    rows = WallScreen.objects.select_related("station").filter(token_sha256=_digest(token))
    screen = rows.filter(revoked_at=None).first()
    if screen:
        long_ago = Q(seen_at=None) | Q(seen_at__lt=now - SEEN_EVERY)
        WallScreen.objects.filter(long_ago, pk=screen.pk).update(seen_at=now)
    return screen


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
