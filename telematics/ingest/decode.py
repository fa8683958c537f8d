"""From JSON to reports, each by itself: a bad one is refused with its path, and sinks no other."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from telematics.ingest.body import BodyRefusedError

REPORTS_MAX = 1000

type Percent = Annotated[float, Meta(ge=0, le=100)]
type Celsius = Annotated[float, Meta(ge=-100, le=300)]
type PackCode = Annotated[str, Meta(pattern="^[0-9A-Za-z-]{1,24}$")]


class Report(msgspec.Struct, frozen=True, kw_only=True):
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
    alarm_level: Annotated[int, Meta(ge=0, le=9)] = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A report that was not understood: a stable code, its JSON path, and a sentence."""

    code: str
    path: str
    detail: str


_NOTHING = msgspec.Raw(b"")
# An array of so many places stops the parser at the first value too many; a list would hold them
# all before it is found too long, and four million values fit into 8 MiB.
_Batch = msgspec.defstruct(
    "_Batch",
    [(f"report_{i}", msgspec.Raw, _NOTHING) for i in range(REPORTS_MAX)],
    array_like=True,
    forbid_unknown_fields=True,
)
_each = msgspec.json.Decoder(_Batch)
_one = msgspec.json.Decoder(Report)
_PLACE = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_MISSING = re.compile(r"missing required field `(?P<name>\w+)`")
# What the decoder says, and our stable code for it; the first that fits.
_CODES = (
    ("missing required field", "missing"),
    ("datetime", "bad_time"),
    ("<=", "out_of_range"),
    (">=", "out_of_range"),
    ("out of range", "out_of_range"),
    (", got ", "wrong_type"),
)


def decode_reports(body: bytes) -> list[Report | Refusal]:
    """Return each report of a body, or why it was refused, in the order they came.

    Raises
    ------
    BodyRefusedError
        The body as a whole is no use: 400 `not_json`, 400 `invalid` (no report in it),
        413 `too_many`.
    """
    is_array = body.lstrip(b" \t\r\n").startswith(b"[")
    raws = _split(body) if is_array else [_whole(body)]
    return [_decode(raw, f"$[{i}]" if is_array else "$") for i, raw in enumerate(raws)]


def _whole(body: bytes) -> msgspec.Raw:
    try:
        return msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _not_json(error) from error


def _split(body: bytes) -> list[msgspec.Raw]:
    """Return the values of an array, unread."""
    try:
        batch = _each.decode(body)
    except msgspec.ValidationError as error:
        raise BodyRefusedError(
            status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            code="too_many",
            detail=f"More than {REPORTS_MAX} reports in one request: none was stored.",
        ) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise _not_json(error) from error
    raws = [raw for raw in msgspec.structs.astuple(batch) if raw is not _NOTHING]
    if not raws:
        detail = "The array is empty. Send one report, or an array of 1 to 1,000."
        raise BodyRefusedError(status=HTTPStatus.BAD_REQUEST, code="invalid", detail=detail)
    return raws


def _not_json(error: Exception) -> BodyRefusedError:
    detail = f"The body is not JSON: {error}. Nothing of it was stored."
    return BodyRefusedError(status=HTTPStatus.BAD_REQUEST, code="not_json", detail=detail)


def _decode(raw: msgspec.Raw, root: str) -> Report | Refusal:
    try:
        report = _one.decode(raw)
        return msgspec.structs.replace(report, recorded_at=report.recorded_at.astimezone(UTC))
    except OverflowError:
        return Refusal("bad_time", f"{root}.recorded_at", "No such instant in UTC.")
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return _refusal(str(error), root)


def _refusal(said: str, root: str) -> Refusal:
    place = _PLACE.search(said)
    path = root + (place["path"] if place else "")
    if missing := _MISSING.search(said):
        path = f"{path}.{missing['name']}"
    code = next((code for part, code in _CODES if part in said), "invalid")
    return Refusal(code, path, _PLACE.sub("", said) + ".")
