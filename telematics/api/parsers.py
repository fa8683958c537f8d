"""Bodies of machines' requests: JSON, plain or gzip, in bounded memory; and numbers as JSON has."""

import math
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from fleet.api.problems import Problem

MAX_BYTES = 1 << 20
MAX_INFLATED_BYTES = 8 << 20


class MachineJsonParser(JSONParser):
    """Read JSON of at most 1 MiB, 8 MiB inflated; refuse anything else with a problem."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the JSON value of the body.

        Raises
        ------
        Problem
            400 `not_json`, 413 `too_large`, 415 `bad_encoding`.
        """
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise _too_large()
        encoding = _encoding(parser_context)
        if encoding == "gzip":
            body = _inflated(body)
        elif encoding not in {"", "identity"}:
            raise _bad_encoding(f"Content-Encoding {encoding} is not known here; use gzip.")
        try:
            return super().parse(BytesIO(body), media_type, parser_context)
        except ParseError as error:
            raise Problem(status=400, code="not_json", detail=str(error.detail)) from error


class NumberField(serializers.FloatField):
    """A finite JSON number; no string that looks like one."""

    def to_internal_value(self, data: Any) -> float:
        """Return the number."""
        if isinstance(data, bool) or not isinstance(data, int | float) or not math.isfinite(data):
            self.fail("invalid")
        return float(data)


def _encoding(context: Mapping[str, Any] | None) -> str:
    request = (context or {}).get("request")
    return request.headers.get("Content-Encoding", "").strip().lower() if request else ""


def _inflated(packed: bytes) -> bytes:
    stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        body = stream.decompress(packed, MAX_INFLATED_BYTES + 1)
    except zlib.error as error:
        raise _bad_encoding("The body is not gzip, though its Content-Encoding says so.") from error
    if len(body) > MAX_INFLATED_BYTES:
        raise _too_large()
    if not stream.eof:
        raise _bad_encoding("The gzip body is cut off.")
    return body


def _too_large() -> Problem:
    detail = "The body is larger than 1 MiB, or 8 MiB inflated. Send it in several requests."
    return Problem(status=413, code="too_large", detail=detail)


def _bad_encoding(detail: str) -> Problem:
    return Problem(status=415, code="bad_encoding", detail=detail)
