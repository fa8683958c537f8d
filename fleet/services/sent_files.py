"""Keep a table that was sent until it is written or a day is over."""

from datetime import timedelta
from uuid import uuid4

from django.db.models.functions import Now

from fleet.models import SentFile

KEPT_FOR = timedelta(days=1)


def keep_sent_file(content: bytes) -> str:
    """Keep a table as it was sent; return the name it is asked for by."""
    return SentFile.objects.create(name=uuid4().hex, content=content).name


def sent_file(name: str) -> bytes | None:
    """Return a table as it was sent; None if it was written since, or is too old."""
    kept = SentFile.objects.filter(name=name).values_list("content", flat=True).first()
    return None if kept is None else bytes(kept)


def forget_sent_file(name: str) -> None:
    """Keep a table no longer."""
    SentFile.objects.filter(name=name).delete()


def sweep_sent_files(*, keep: timedelta = KEPT_FOR) -> int:
    """Delete the tables that were looked at and never written; return how many."""
    return SentFile.objects.filter(sent_at__lt=Now() - keep).delete()[0]
