"""One item or an array of them, each read by itself: a bad one is refused and sinks no other."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import msgspec

from telematics.ingest.body import BodyRefusedError

ITEMS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item that was not understood: a stable code, its JSON path, and a sentence."""

    code: str
    path: str
    detail: str


_NOTHING = msgspec.Raw(b"")
# An array of so many places stops the parser at the first value too many; a list would hold them
# all before it is found too long, and four million values fit into 8 MiB.
_Batch = msgspec.defstruct(
    "_Batch",
    [(f"item_{i}", msgspec.Raw, _NOTHING) for i in range(ITEMS_MAX)],
    array_like=True,
    forbid_unknown_fields=True,
)
_each = msgspec.json.Decoder(_Batch)
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


def is_array(body: bytes) -> bool:
    """Say whether a body is an array, whose items have paths `$[0]`, `$[1]` ..., and not `$`."""
    return body.lstrip(b" \t\r\n").startswith(b"[")


def decode_items[Item](
    body: bytes, *, decoder: msgspec.json.Decoder[Item], mend: Callable[[Item], Item]
) -> list[Item | Refusal]:
    """Return each item of a body, or why it was refused, in the order they came.

    `mend` brings an item into the form it is used in; OverflowError says its time cannot be.

    Raises
    ------
    BodyRefusedError
        The body as a whole is no use: 400 `not_json`, 400 `invalid` (nothing in it),
        413 `too_many`.
    """
    is_many = is_array(body)
    raws = _split(body) if is_many else [_whole(body)]
    decoded: list[Item | Refusal] = []
    for i, raw in enumerate(raws):
        root = f"$[{i}]" if is_many else "$"
        try:
            decoded.append(mend(decoder.decode(raw)))
        except OverflowError:
            decoded.append(Refusal("bad_time", root, "No such instant in UTC."))
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            decoded.append(_refusal(str(error), root))
    return decoded


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
            detail=f"More than {ITEMS_MAX} items in one request: nothing was stored.",
        ) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise _not_json(error) from error
    raws = [raw for raw in msgspec.structs.astuple(batch) if raw is not _NOTHING]
    if not raws:
        detail = "The array is empty. Send one item, or an array of 1 to 1,000."
        raise BodyRefusedError(status=HTTPStatus.BAD_REQUEST, code="invalid", detail=detail)
    return raws


def _not_json(error: Exception) -> BodyRefusedError:
    detail = f"The body is not JSON: {error}. Nothing of it was stored."
    return BodyRefusedError(status=HTTPStatus.BAD_REQUEST, code="not_json", detail=detail)


def _refusal(said: str, root: str) -> Refusal:
    place = _PLACE.search(said)
    path = root + (place["path"] if place else "")
    if missing := _MISSING.search(said):
        path = f"{path}.{missing['name']}"
    code = next((code for part, code in _CODES if part in said), "invalid")
    return Refusal(code, path, _PLACE.sub("", said) + ".")
