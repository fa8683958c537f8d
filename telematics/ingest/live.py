"""What is known of trucks, as far as new reports are compared with it."""

from collections.abc import Collection
from typing import Any

from psycopg import Connection

from telematics.ingest.judge import Before
from telematics.services.arrays import numbers
from telematics.services.lines import Prepared

# A look into an index for each truck: joined, all needs there are would be read.
LIVE = Prepared("""
SELECT truck_id, recorded_at, seq, boot_id, latitude_deg, longitude_deg, speed_kmh, soc_percent,
       pack_codes, breaches,
       (SELECT asks_below_percent FROM telematics_routeneed n WHERE n.truck_id = s.truck_id)
  FROM telematics_truckstate s WHERE truck_id = ANY(%(trucks)s::integer[])
""")


def live_states(line: Connection[Any], truck_ids: Collection[int]) -> dict[int, Before]:
    """Return the live state of each truck that has one."""
    rows = LIVE.rows(line, {"trucks": numbers(sorted(truck_ids), "integer")})
    return {truck_id: Before(*values) for truck_id, *values in rows}
