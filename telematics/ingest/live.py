"""What live states say, as far as new reports are compared with them."""

from collections.abc import Collection
from typing import Any

from psycopg import Connection

from telematics.ingest.judge import Before
from telematics.services.lines import run

LIVE = """
SELECT truck_id, recorded_at, seq, boot_id, latitude_deg, longitude_deg, speed_kmh, soc_percent,
       pack_codes, breaches
  FROM telematics_truckstate WHERE truck_id = ANY(%s)
"""


def live_states(line: Connection[Any], truck_ids: Collection[int]) -> dict[int, Before]:
    """Return the live state of each truck that has one."""
    rows = run(line, LIVE, [sorted(truck_ids)])
    return {truck_id: Before(*values) for truck_id, *values in rows}
