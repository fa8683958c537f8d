"""A report of an onboard unit, as it is written in JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from telematics.ingest.items import ITEMS_MAX, Refusal, decode_items

type Percent = Annotated[float, Meta(ge=0, le=100)]
type Celsius = Annotated[float, Meta(ge=-100, le=300)]
type PackCode = Annotated[str, Meta(pattern="^[0-9A-Za-z-]{1,24}$")]

type CellSpread = Annotated[
    float, Meta(ge=0, le=20_000, description="Highest less lowest cell voltage.")
]
type Insulation = Annotated[
    float, Meta(ge=0, le=30_000, description="What is more is sent as 30,000.")
]


class Report(msgspec.Struct, kw_only=True, gc=False):
    """One report of an onboard unit. Fields not named here are left unread."""

    recorded_at: Annotated[datetime, Meta(tz=True, description="When the unit measured this.")]
    seq: Annotated[int, Meta(ge=0, le=2**63 - 1, description="Counts the unit's reports.")]
    latitude_deg: Annotated[float, Meta(ge=-90, le=90)]
    longitude_deg: Annotated[float, Meta(ge=-180, le=180)]
    speed_kmh: Annotated[float, Meta(ge=0, le=1000)]
    soc_percent: Percent
    boot_id: Annotated[str, Meta(pattern="^[!-~]{0,36}$", description="New at each start.")] = ""
    datum: Literal["wgs84", "gcj02"] | None = None
    heading_deg: Annotated[float, Meta(ge=0, le=360)] | None = None
    altitude_m: Annotated[float, Meta(ge=-500, le=9000)] | None = None
    odometer_km: Annotated[float, Meta(ge=0, le=10_000_000)] | None = None
    pack_temperature_c: Celsius | None = None
    ambient_temperature_c: Celsius | None = None
    gross_mass_kg: Annotated[float, Meta(ge=0, le=200_000)] | None = None
    pack_codes: Annotated[list[PackCode], Meta(max_length=3)] | None = None
    cell_spread_mv: CellSpread | None = None
    insulation_kohm: Insulation | None = None
    alarm_level: Annotated[int, Meta(ge=0, le=9)] = 0

    @property
    def key(self) -> tuple[datetime, int]:
        """Return what the report of a truck is known by."""
        return self.recorded_at, self.seq


_decoder = msgspec.json.Decoder(Report)
_all = msgspec.json.Decoder(list[Report])


def decode_reports(body: bytes) -> Sequence[Report | Refusal]:
    """Return each report of a body with its time in UTC, or why it was refused.

    The whole body is read at once; only if that fails is it taken apart report by report.

    Raises
    ------
    BodyRefusedError
        As `decode_items` says.
    """
    try:
        reports = _all.decode(body) if body[:1] == b"[" else [_decoder.decode(body)]
        if 0 < len(reports) <= ITEMS_MAX:
            for report in reports:
                _in_utc(report)
            return reports
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, OverflowError):
        pass
    return decode_items(body, decoder=_decoder, mend=_in_utc)


def _in_utc(report: Report) -> Report:
    if report.recorded_at.tzinfo is not UTC:
        report.recorded_at = report.recorded_at.astimezone(UTC)
    return report
