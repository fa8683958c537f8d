"""The files of the driver's page, under an address that names their version.

The version is a digest of all of them: a phone may keep each for ever, modules find each other in
the same folder, and a service worker that holds one version never mixes it with another.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "static" / "driver"
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
PACKED = (".js", ".css", ".svg")
NOT_SHOWN = ("sw.js",)  # has an address of its own
FIRST = ("first.js", "clock.js", "kept.js", "show.js", "words.js")
NOT_IMPORTED = ("enter.js", "theme.js", "outside.js")
NOT_NEEDED_OFFLINE = ("icon-192.png", "icon-512.png", "icon-maskable-512.png")


class ShellFile(NamedTuple):
    """One file: what it is, its bytes, and the same packed by gzip (empty where that is vain)."""

    kind: str
    plain: bytes
    packed: bytes


class Shell(NamedTuple):
    """All files of one version."""

    version: str
    files: dict[str, ShellFile]

    @property
    def path(self) -> str:
        """Return the address of the folder, without a slash at its end."""
        return f"/driver/shell/{self.version}"

    @property
    def first(self) -> tuple[str, ...]:
        """Return the scripts of the first picture, to be fetched side by side."""
        return FIRST

    @property
    def later(self) -> list[str]:
        """Return the scripts the page imports once its first picture is there."""
        scripts = [name for name in self.files if name.endswith(".js")]
        return [name for name in scripts if name not in {*FIRST, *NOT_IMPORTED}]

    def kept_paths(self) -> list[str]:
        """Return the addresses a phone keeps to open without a line."""
        return [f"{self.path}/{name}" for name in self.files if name not in NOT_NEEDED_OFFLINE]


@cache
def shell() -> Shell:
    """Read the files, once a process."""
    digest = hashlib.sha256()
    files: dict[str, ShellFile] = {}
    for path in sorted(FOLDER.iterdir()):
        plain = path.read_bytes()
        digest.update(path.name.encode() + b"\0" + plain)
        if path.name in NOT_SHOWN or path.suffix not in KINDS:
            continue
        packed = gzip.compress(plain, 9, mtime=0) if path.suffix in PACKED else b""
        files[path.name] = ShellFile(KINDS[path.suffix], plain, packed)
    return Shell(digest.hexdigest()[:12], files)
