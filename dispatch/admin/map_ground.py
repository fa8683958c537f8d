"""The ground of the live map out of one PMTiles file: parts of it, as the browser asks for them."""

import re
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

MOST_BYTES = 4 * 2**20  # of one answer; a tile has some 100 kB, a directory 16 kB
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{1,15})")


def pmtiles_url() -> str:
    """Return where the browser finds the file, if there is one."""
    if "://" in settings.MAP_PMTILES or not settings.MAP_PMTILES:
        return str(settings.MAP_PMTILES)
    return reverse("admin:dispatch_map_ground")


def map_ground(request: HttpRequest) -> HttpResponse:
    """Return the bytes of the file that `Range` asks for; else 416, or 404 without a file."""
    path = Path(settings.MAP_PMTILES)
    if not settings.MAP_PMTILES or "://" in settings.MAP_PMTILES or not path.is_file():
        return HttpResponse(status=404)
    stat = path.stat()
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    first, last = map(int, asked.groups()) if asked else (0, -1)
    last = min(last, stat.st_size - 1, first + MOST_BYTES - 1)
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{stat.st_size}"})
    with path.open("rb") as file:
        file.seek(first)
        data = file.read(last - first + 1)
    return HttpResponse(
        data,
        status=206,
        content_type="application/vnd.pmtiles",
        headers={
            "Content-Range": f"bytes {first}-{last}/{stat.st_size}",
            "ETag": f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"',
            "Cache-Control": "private, max-age=3600",
        },
    )
