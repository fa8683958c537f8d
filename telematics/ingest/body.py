"""The body of a request, in bounded memory whatever was sent."""

import zlib
from http import HTTPStatus

from django.http import HttpRequest

BODY_MAX_BYTES = 1 << 20
INFLATED_MAX_BYTES = 8 << 20
_GZIP = 16 + zlib.MAX_WBITS
_ENCODINGS = {"", "identity", "gzip", "x-gzip"}


class BodyRefusedError(Exception):
    """A body that is not read: status, stable code, and a sentence with a way out."""

    def __init__(self, *, status: HTTPStatus, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code


def _too_large(most: str) -> BodyRefusedError:
    return BodyRefusedError(
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        code="too_large",
        detail=f"The body is larger than {most}. Send it in several requests.",
    )


def _bad_encoding(detail: str) -> BodyRefusedError:
    return BodyRefusedError(
        status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE, code="bad_encoding", detail=detail
    )


def is_packed(encoding: str) -> bool:
    """Say whether a `Content-Encoding` is gzip.

    Raises
    ------
    BodyRefusedError
        415 `bad_encoding`: it is something else.
    """
    name = encoding.strip().lower()
    if name not in _ENCODINGS:
        raise _bad_encoding(f"Content-Encoding {name} is not known here. Use gzip, or none.")
    return name.endswith("gzip")


def check_size(size: int) -> None:
    """Refuse a body of so many bytes, announced or read: 413 `too_large` above 1 MiB."""
    if size > BODY_MAX_BYTES:
        raise _too_large("1 MiB")


def read_body(request: HttpRequest) -> bytes:
    """Return the body, inflated if it came as gzip.

    At most 1 MiB is read and at most 8 MiB inflated; nothing more is ever held.

    Raises
    ------
    BodyRefusedError
        413 `too_large`, 415 `bad_encoding`.
    """
    packed = is_packed(request.headers.get("Content-Encoding", ""))
    check_size(int(request.META.get("CONTENT_LENGTH") or 0))
    body = request.read(BODY_MAX_BYTES + 1)
    check_size(len(body))
    return inflate(body) if packed else body


def inflate(packed: bytes) -> bytes:
    """Return what a gzip stream holds, or stop at 8 MiB.

    One member only: a stream of many tiny ones would cost more time than its size is worth.

    Raises
    ------
    BodyRefusedError
        413 `too_large` once more than 8 MiB come out, 415 `bad_encoding`.
    """
    stream = zlib.decompressobj(_GZIP)
    try:
        body = stream.decompress(packed, INFLATED_MAX_BYTES + 1)
    except zlib.error as error:
        raise _bad_encoding("The body is not gzip, though its Content-Encoding says so.") from error
    if len(body) > INFLATED_MAX_BYTES:
        raise _too_large("8 MiB when inflated")
    if not stream.eof or stream.unused_data:
        raise _bad_encoding("The gzip body is cut off, or has something behind its one member.")
    return body
