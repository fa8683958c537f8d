"""What stations charge, added up by quarters of an hour from what their slots report."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max

from dispatch.models import StationQuarter

QUARTER = timedelta(minutes=15)
LATE = timedelta(hours=1)
BACK_AT_MOST = timedelta(hours=48)
TRUSTED_FOR = timedelta(minutes=10)
"""So long a slot is taken to go on charging as it last said."""

# Each reading holds until the slot's next one. Prices are by the local clock.
ADD_UP = """
INSERT INTO dispatch_stationquarter (station_id, starts_at, energy_wh, cost_cny)
SELECT q.station_id, q.starts_at, round(q.wh), round((q.wh / 1000)::numeric * p.price, 4)
  FROM (SELECT b.station_id, g.starts_at,
               sum(r.power_kw / 3.6 * extract(epoch FROM
                   least(r.until_at, g.starts_at + %(quarter)s)
                   - greatest(r.recorded_at, g.starts_at))) AS wh
          FROM (SELECT slot_id, power_kw, recorded_at,
                       least(lead(recorded_at) OVER (PARTITION BY slot_id ORDER BY recorded_at),
                             recorded_at + %(trusted_for)s, %(until)s) AS until_at
                  FROM telematics_slotreading
                 WHERE recorded_at >= %(since)s - %(trusted_for)s AND recorded_at < %(until)s) r
          JOIN fleet_slot b ON b.id = r.slot_id
          JOIN generate_series(%(since)s, %(until)s, %(quarter)s) AS g (starts_at)
            ON r.recorded_at < g.starts_at + %(quarter)s AND r.until_at > g.starts_at
         WHERE r.power_kw > 0
         GROUP BY b.station_id, g.starts_at) q
  JOIN fleet_swapstation s ON s.id = q.station_id
  LEFT JOIN LATERAL (
       SELECT t.price_cny_per_kwh AS price
         FROM fleet_tariffperiod t, (SELECT q.starts_at AT TIME ZONE %(zone)s AS at) here
        WHERE t.tariff_id = s.tariff_id AND t.month = extract(month FROM here.at)
          AND t.valid @> here.at::date
          AND t.minutes @> (extract(hour FROM here.at) * 60 + extract(minute FROM here.at))::int
       ) p ON true
ON CONFLICT (station_id, starts_at) DO UPDATE
   SET energy_wh = excluded.energy_wh, cost_cny = excluded.cost_cny
"""


def add_up_energy(*, now: datetime) -> int:
    """Write the energy of the hour before `now`, or since it was last done; return the rows.

    Readings that come more than an hour late no longer count. Two days back at most.
    """
    last_at = StationQuarter.objects.aggregate(at=Max("starts_at"))["at"]
    since = max(now - BACK_AT_MOST, min(now - LATE, last_at or now - BACK_AT_MOST))
    quarter_s = QUARTER.total_seconds()
    values: dict[str, Any] = {
        "since": datetime.fromtimestamp(since.timestamp() // quarter_s * quarter_s, UTC),
        "until": now,
        "quarter": QUARTER,
        "trusted_for": TRUSTED_FOR,
        "zone": settings.TIME_ZONE,
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD_UP, values)
        return int(cursor.rowcount)
