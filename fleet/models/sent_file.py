"""Files that were sent to an import page and wait for their rows to be written."""

from django.db import models
from django.db.models.functions import Now


class SentFile(models.Model):
    """A table as it was sent: kept from its dry run until it is written, a day at most.

    A row and no file: whoever writes it may run on another machine than whoever looked at it.
    `sent_at` is wall time by the database's clock.
    """

    name = models.CharField(primary_key=True, max_length=32)
    sent_at = models.DateTimeField(db_default=Now())
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name
