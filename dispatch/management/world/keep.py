"""What the world remembers between two runs, in a file beside the scenario's."""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from dispatch.management.scenario.paper import write_private
from dispatch.simulation.bodies import WorldState
from dispatch.simulation.messages import Message


@dataclass(slots=True, kw_only=True)
class Kept:
    """The state of the world of the scenario that began at `begins_at_s`."""

    begins_at_s: float
    state: WorldState
    sessions: dict[str, dict[str, str]] = field(default_factory=dict)
    unsent: list[Message] = field(default_factory=list)


def kept_beside(path: Path) -> Path:
    """Return where the state of a scenario's world is kept."""
    return path.with_name(f"{path.stem}-state.json")


def write_kept(path: Path, kept: Kept) -> None:
    """Write the state, whole or not at all."""
    write_private(path, msgspec.json.encode(kept))


def read_kept(path: Path, *, begins_at_s: float) -> Kept | None:
    """Read the state of this scenario's world; None if there is none, or another's."""
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Kept)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return kept if kept.begins_at_s == begins_at_s else None
