"""Signs of life of the processes that nobody talks to."""

from django.db import models


class Heartbeat(models.Model):
    """When a process last came round its loop, by the database's clock, and what it saw."""

    name = models.CharField(primary_key=True, max_length=60)
    beat_at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.name} {self.beat_at:%H:%M:%S}"
