"""The file with keys, links and passwords: for its owner's eyes only."""

from pathlib import Path

import msgspec

from dispatch.simulation.roster import Roster


def write_private(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_bytes(content)
    new.replace(path)


def write_roster(path: Path, roster: Roster) -> None:
    """Write the scenario's file."""
    write_private(path, msgspec.json.format(msgspec.json.encode(roster), indent=1))


def read_roster(path: Path) -> Roster:
    """Read the scenario's file.

    Raises
    ------
    FileNotFoundError
    msgspec.DecodeError
        It is no scenario's file.
    """
    return msgspec.json.decode(path.read_bytes(), type=Roster)
