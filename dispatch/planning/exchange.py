"""Problems and plans as JSON, or as JSON compressed by gzip: the planner's exchange format."""

import gzip
import json
import sys
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from dispatch.planning import plan as plan_module
from dispatch.planning import problem as problem_module
from dispatch.planning.plan import HoldFault, Swap, SwapPlan, Unserved
from dispatch.planning.problem import (
    CarriedPack,
    CostParams,
    Detour,
    Hold,
    Lane,
    Leg,
    Pack,
    PackType,
    Station,
    Stop,
    SwapProblem,
    Truck,
)
from dispatch.planning.values import ProblemError, shown

_GZIP_MAGIC = b"\x1f\x8b"
_MOST_BYTES = 1 << 29
_OPTIONAL = {"s_per_cny", "full_wh", "types", "weight_percent", "to_sd_s", "to_sd_wh", "packs"} | {
    "price_cny_milli_per_kwh",
    "hold_faults",
}


def read_problem(source: Path | str) -> SwapProblem:
    """Read a problem from a `.json` or `.json.gz` file, or from standard input for `-`.

    Raises
    ------
    ProblemError
        With one sentence, if the file is missing, no JSON, of another format or faulty.
    """
    return problem_from_json(_read_json(source))


def read_plan(source: Path | str) -> SwapPlan:
    """Read a plan; the same sources and errors as :func:`read_problem`."""
    return plan_from_json(_read_json(source))


def write_problem(problem: SwapProblem, target: Path) -> None:
    """Write a problem, compressed if the name ends in `.gz`."""
    _write_json(problem_to_json(problem), target)


def write_plan(plan: SwapPlan, target: Path) -> None:
    """Write a plan, compressed if the name ends in `.gz`."""
    _write_json(plan_to_json(plan), target)


def problem_to_json(problem: SwapProblem) -> dict[str, Any]:
    """Give the problem as plain JSON values; options at their default are left out."""
    return {"format": problem_module.FORMAT, **_plain(problem)}


def plan_to_json(plan: SwapPlan) -> dict[str, Any]:
    """Give the plan as plain JSON values."""
    return {"format": plan_module.FORMAT, **_plain(plan)}


def problem_from_json(raw: object) -> SwapProblem:
    """Build a problem from parsed JSON; a fault raises ProblemError with its JSON path."""
    body = _body(raw, wanted=problem_module.FORMAT)
    return cast(
        "SwapProblem",
        _build(
            SwapProblem,
            body,
            "",
            params=_build(CostParams, body.get("params", {}), "params"),
            pack_types=_each(PackType, body, "pack_types", ""),
            stations=tuple(_station(*item) for item in _items(body, "stations", "")),
            trucks=tuple(_truck(*item) for item in _items(body, "trucks", "")),
        ),
    )


def plan_from_json(raw: object) -> SwapPlan:
    """Build a plan from parsed JSON; a fault raises ProblemError with its JSON path."""
    body = _body(raw, wanted=plan_module.FORMAT)
    swaps = [
        _build(Swap, swap, path, packs=_texts(swap, "packs", path))
        for swap, path in _items(body, "swaps", "")
    ]
    return cast(
        "SwapPlan",
        _build(
            SwapPlan,
            body,
            "",
            swaps=tuple(swaps),
            unserved=_each(Unserved, body, "unserved", ""),
            hold_faults=_each(HoldFault, body, "hold_faults", "", optional=True),
        ),
    )


def _body(raw: object, *, wanted: str) -> dict[str, Any]:
    found = raw.get("format") if isinstance(raw, dict) else None
    if found != wanted:
        raise ProblemError(f"format: expected {wanted!r}, got {shown(found)}")
    return cast("dict[str, Any]", raw)


def _station(raw: dict[str, Any], path: str) -> Station:
    lanes = tuple(_lane(*item) for item in _items(raw, "lanes", path))
    prices = _pairs(raw, "price_cny_milli_per_kwh", path)
    packs = _each(Pack, raw, "packs", path)
    made = _build(Station, raw, path, lanes=lanes, packs=packs, price_cny_milli_per_kwh=prices)
    return cast("Station", made)


def _lane(raw: dict[str, Any], path: str) -> Lane:
    types = None if raw.get("types") is None else _texts(raw, "types", path)
    return cast("Lane", _build(Lane, raw, path, closed=_pairs(raw, "closed", path), types=types))


def _truck(raw: dict[str, Any], path: str) -> Truck:
    holds = [
        _build(Hold, hold, hold_path, packs=_texts(hold, "packs", hold_path))
        for hold, hold_path in _items(raw, "holds", path, optional=True)
    ]
    made = _build(
        Truck,
        raw,
        path,
        stops=_each(Stop, raw, "stops", path),
        legs=_each(Leg, raw, "legs", path),
        detours=_each(Detour, raw, "detours", path, optional=True),
        holds=tuple(holds),
        packs=_each(CarriedPack, raw, "packs", path, optional=True),
    )
    return cast("Truck", made)


def _each(
    kind: type, raw: Mapping[str, Any], key: str, path: str, *, optional: bool = False
) -> tuple[Any, ...]:
    found = _items(raw, key, path, optional=optional)
    return tuple(_build(kind, item, item_path) for item, item_path in found)


def _items(
    raw: Mapping[str, Any], key: str, path: str, *, optional: bool = False
) -> Iterable[tuple[dict[str, Any], str]]:
    place = f"{path}.{key}" if path else key
    values = raw.get(key, [] if optional else None)
    if not isinstance(values, list):
        raise ProblemError(f"{place}: must be a list, got {shown(values)}")
    for index, value in enumerate(values):
        if not isinstance(value, dict):
            raise ProblemError(f"{place}[{index}]: must be an object, got {shown(value)}")
        yield value, f"{place}[{index}]"


def _texts(raw: Mapping[str, Any], key: str, path: str) -> tuple[str, ...]:
    values = raw.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ProblemError(f"{path}.{key}: must be a list of texts, got {shown(values)}")
    return tuple(values)


def _pairs(raw: Mapping[str, Any], key: str, path: str) -> tuple[tuple[Any, ...], ...]:
    values = raw.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, list) for value in values):
        raise ProblemError(f"{path}.{key}: must be a list of pairs, got {shown(values)}")
    return tuple(tuple(value) for value in values)


def _build(kind: type, raw: object, path: str, **parts: Any) -> Any:
    if not isinstance(raw, dict):
        raise ProblemError(f"{path}: must be an object, got {shown(raw)}")
    required, optional = _keys(kind)
    values = {key: raw[key] for key in optional if key in raw}
    try:
        values.update((key, raw[key]) for key in required if key not in parts)
        values.update(parts)
        return kind(**values)
    except KeyError as error:
        place = f"{path}." if path else ""
        raise ProblemError(f"{place}{error.args[0]}: is missing") from error
    except ProblemError as error:
        raise ProblemError(f"{path}.{error}" if path else str(error)) from error


@cache
def _keys(kind: type) -> tuple[tuple[str, ...], tuple[str, ...]]:
    every = fields(kind)
    required = tuple(field.name for field in every if field.default is MISSING)
    return required, tuple(field.name for field in every if field.default is not MISSING)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {
            field.name: _plain(part)
            for field in fields(value)
            if (part := getattr(value, field.name)) != field.default or field.name not in _OPTIONAL
        }
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def _read_json(source: Path | str) -> object:
    try:
        data = sys.stdin.buffer.read() if str(source) == "-" else Path(source).read_bytes()
    except (OSError, ValueError) as error:
        raise ProblemError(f"{source}: cannot be read: {error}") from error
    return parsed(data, str(source))


def parsed(data: bytes, source: str) -> object:
    """Parse JSON or JSON gzip, a key that is there twice refused; `source` is named in errors."""
    try:
        text = _unpacked(data, source) if data[:2] == _GZIP_MAGIC else data
        twice: list[str] = []
        raw = json.loads(text, object_pairs_hook=lambda pairs: _object(pairs, twice))
    except ProblemError:
        raise
    except (ValueError, EOFError, OSError, zlib.error) as error:
        raise ProblemError(f"{source}: is not JSON: {error}") from error
    except RecursionError as error:
        raise ProblemError(f"{source}: is nested too deep") from error
    if twice:
        raise ProblemError(f"{_place_of_twice(raw, '')}: is there twice")
    return raw


def _unpacked(data: bytes, source: str) -> bytes:
    with gzip.open(BytesIO(data)) as packed:
        text = packed.read(_MOST_BYTES + 1)
    if len(text) > _MOST_BYTES:
        raise ProblemError(f"{source}: is more than {_MOST_BYTES} bytes when unpacked")
    return text


def _object(pairs: list[tuple[str, Any]], twice: list[str]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            twice.append(key)
            return _Twice(made, again=key)
        seen.add(key)
    return made


class _Twice(dict[str, Any]):
    """An object that has a key twice."""

    def __init__(self, values: dict[str, Any], *, again: str) -> None:
        super().__init__(values)
        self.again = again


def _place_of_twice(raw: object, path: str) -> str:
    """Give the JSON path of the first key that is there twice; empty if there is none."""
    if isinstance(raw, _Twice):
        return f"{path}.{raw.again}".removeprefix(".")
    if isinstance(raw, dict):
        parts = [(value, f"{path}.{key}".removeprefix(".")) for key, value in raw.items()]
    elif isinstance(raw, list):
        parts = [(value, f"{path}[{index}]") for index, value in enumerate(raw)]
    else:
        return ""
    return next(filter(None, (_place_of_twice(value, place) for value, place in parts)), "")


def _write_json(body: dict[str, Any], target: Path) -> None:
    data = json.dumps(body, ensure_ascii=False).encode()
    target.write_bytes(gzip.compress(data, mtime=0) if target.name.endswith(".gz") else data)
