"""Notice when a station has no charged pack of a type left, and when it has one again."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from dispatch.selectors.charging import READY_FROM_PERCENT
from dispatch.selectors.stock import CHARGED_BY_TYPE

CLOSE = """
UPDATE dispatch_stockout o SET during = tstzrange(lower(o.during), greatest(%(now)s,
       lower(o.during)))
 WHERE upper_inf(o.during)
   AND NOT EXISTS (SELECT FROM ({stock}) k
                    WHERE k.station_id = o.station_id AND k.type_id = o.pack_type_id
                      AND k.charged = 0)
"""
OPEN = """
INSERT INTO dispatch_stockout (station_id, pack_type_id, during)
SELECT k.station_id, k.type_id, tstzrange(%(now)s, NULL) FROM ({stock}) k WHERE k.charged = 0
ON CONFLICT DO NOTHING
"""


def note_stock_outs(*, now: datetime) -> None:
    """Open a stock-out where no pack of a type is charged, close those that are over.

    A station that is not in service, and a type of which it holds no pack, count as nothing.
    """
    values: dict[str, Any] = {"now": now, "ready_percent": READY_FROM_PERCENT}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (CLOSE, OPEN):
            cursor.execute(statement.format(stock=CHARGED_BY_TYPE), values)
