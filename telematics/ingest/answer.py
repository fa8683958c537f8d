"""What a request with reports is answered."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType


class Verdict(msgspec.Struct, omit_defaults=True):
    """What became of the report at `index` of a request."""

    index: int
    verdict: Literal["stored", "late", "duplicate", "odd", "refused"]
    recorded_at: datetime | UnsetType = UNSET
    seq: int | UnsetType = UNSET
    marks: list[str] | UnsetType = UNSET
    code: str | UnsetType = UNSET
    path: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET


class Hole(msgspec.Struct, frozen=True):
    """Numbers of a boot we never got, the first and the last of them."""

    boot_id: str
    from_seq: int
    to_seq: int


class ReportsAnswer(msgspec.Struct):
    """The answer: a verdict a report, what waits for the truck, and what to send again if kept."""

    server_time: datetime
    verdicts: list[Verdict]
    assignment: dict[str, Any] | None
    messages: list[dict[str, Any]]
    resend: list[Hole]
