"""Cases from the served contract: every boundary it names, then chance; the same for one seed."""

from collections.abc import Iterator
from random import Random
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import strategies as st
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode
from schemathesis.core import NOT_SET
from schemathesis.generation.drivers import CoverageGenerator
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.overrides import Override

from tests.fuzz.world import World

type Operation = APIOperation[Any, Any, Any, Any]
type AnyCase = Case[Any]

ROUND = 2_000
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
GROUNDED = 0.6  # of valid cases: some of their values are made true of the world
TRUE = 0.7  # of the values of a grounded case


def operations_of(schema: BaseSchema) -> list[Operation]:
    """Return every operation of the contract; one that cannot be read fails."""
    return [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]  # it fails


def all_cases(schema: BaseSchema, *, count: int, seed: int) -> Iterator[AnyCase]:
    """Yield `count` cases over all operations, shuffled, a round after the other."""
    operations = operations_of(schema)
    boundaries = {each.label: _boundaries(each, seed) for each in operations}
    done = round_ = 0
    while done < count:
        share = min(ROUND, count - done)
        cases = _one_round(operations, boundaries, count=share, seed=seed + round_)
        Random(f"{seed} {round_}").shuffle(cases)  # noqa: S311  chance, no secret
        yield from cases[:share]
        done, round_ = done + share, round_ + 1


def _weight(operation: Operation) -> int:
    """Return how much there is to vary: bodies more than parameters, the hot path most."""
    if operation.label.endswith("/obu/reports"):
        return 12
    return 4 if operation.body else 1


def _one_round(
    operations: list[Operation],
    boundaries: dict[str, list[AnyCase]],
    *,
    count: int,
    seed: int,
) -> list[AnyCase]:
    weights = sum(map(_weight, operations))
    cases: list[AnyCase] = []
    for operation in operations:
        share = -(-count * _weight(operation) // weights)
        left = boundaries[operation.label]
        taken = [left.pop() for _ in range(min(len(left), -(-share // 2)))]
        cases += taken + drawn(operation, count=share - len(taken), seed=seed)
    while len(cases) < count:  # some operations have few different cases: the others make up
        operation = operations[len(cases) % len(operations)]
        cases += drawn(operation, count=max(1, (count - len(cases)) // 4), seed=seed + len(cases))
    return cases


def _boundaries(operation: Operation, seed: int) -> list[AnyCase]:
    config = operation.schema.config.generation_for(operation=operation, phase="coverage")
    generator = CoverageGenerator(
        operation=operation,
        generation_modes=MODES,
        generation_config=config,
        auth_storage=None,
        override=Override(query={}, headers={}, cookies={}, path_parameters={}, body={}),
        feedback=NO_FEEDBACK,
    )
    cases = list(generator)
    Random(seed).shuffle(cases)  # noqa: S311  chance, no secret
    return cases


def drawn(operation: Operation, *, count: int, seed: int) -> list[AnyCase]:
    """Return up to `count` cases drawn by chance, valid ones and others."""
    if count <= 0:
        return []
    cases: list[AnyCase] = []
    strategy = st.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES])

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=False,
        verbosity=Verbosity.quiet,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=strategy)
    def draw(case: AnyCase) -> None:
        cases.append(case)

    draw()
    return cases[:count]


def is_valid(case: AnyCase) -> bool:
    """Say whether a case keeps to the contract."""
    return case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE


def ground(case: AnyCase, world: World, chance: Random) -> bool:
    """Make some values of a case true of the world; say whether any were."""
    if chance.random() > GROUNDED:
        return False
    for name in case.path_parameters:
        if (value := world.truth(name, chance)) is not None:
            case.path_parameters[name] = value
    if is_valid(case) and case.body is not NOT_SET:
        case.body = _grounded(case.body, world, chance)
    return True


def _grounded(value: Any, world: World, chance: Random) -> Any:
    if isinstance(value, list):
        return [_grounded(each, world, chance) for each in value]
    if not isinstance(value, dict):
        return value
    grounded = {}
    for name, each in value.items():
        true = world.truth(name, chance) if chance.random() < TRUE else None
        grounded[name] = _grounded(each, world, chance) if true is None else true
    return grounded
