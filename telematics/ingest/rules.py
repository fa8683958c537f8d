"""The alarm rules in force, ready for the hot path: read again every other second."""

from time import monotonic
from typing import Any

from telematics.models.alarm_rule import REPORTED
from telematics.services.alarm_rules import Masks, Threshold, masks_of

RELOAD_S = 2.0
READ = """
SELECT bit, metric, comparison = 'above', threshold, clear_at
  FROM telematics_alarmrule WHERE is_enabled AND metric = ANY(%s) ORDER BY bit
"""


class RuleBook:
    """The rules in force, of one process.

    `masks(report)` gives (raised, hold), a bit a rule, as `telematics.services.alarm_rules` says.
    It is replaced in one step, so any thread may call it at any time; `refresh` is called before
    a batch, by whoever holds a connection.
    """

    def __init__(self) -> None:
        self.masks: Masks = masks_of(())
        self._rows: list[tuple[Any, ...]] = []
        self._due_s = -RELOAD_S

    def refresh(self, connection: Any) -> None:
        """Read the rules again if that was not done in the last two seconds.

        `connection` is psycopg's or Django's. What it raises is raised; the rules stay as they
        were, and are asked for again at the next call.
        """
        now_s = monotonic()
        if now_s < self._due_s:
            return
        with connection.cursor() as cursor:
            cursor.execute(READ, [[metric.value for metric in REPORTED]])
            rows = cursor.fetchall()
        self._due_s = now_s + RELOAD_S
        if rows != self._rows:
            self._rows = rows
            self.masks = masks_of(Threshold(*row) for row in rows)
