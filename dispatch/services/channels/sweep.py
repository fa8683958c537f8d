"""Forget news: who was told what, when and how, is kept for a while and no longer."""

from datetime import datetime, timedelta

from dispatch.models import DriverNotice

KEPT_FOR = timedelta(days=90)


def sweep_news(*, now: datetime) -> int:
    """Delete news and its deliveries older than `KEPT_FOR`; return how many rows."""
    return DriverNotice.objects.filter(created_at__lt=now - KEPT_FOR).delete()[0]
