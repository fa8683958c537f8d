"""The whole API under requests made from its own contract, by everybody who may call or not."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from schemathesis import BaseSchema

from tests.fuzz.cases import drawn, operations_of
from tests.fuzz.run import Runner, contract, fuzz, raw_contract
from tests.fuzz.tally import Tally
from tests.stack import Stack

FEW, MANY = 200, 2_000
ARRIVALS = "GET /api/v1/station/arrivals"
REPORTS = Path(__file__).parents[2] / "var" / "fuzz"


def kept(tally: Tally) -> Tally:
    """Write the report down, so far as it goes, and return the tally."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / f"seed-{tally.seed}.md").write_text(tally.report() + "\n")
    print(f"{tally.cases} requests, {sum(tally.faulty.values())} faults")
    return tally


def test_two_hundred_requests_find_no_fault(stack: Stack) -> None:
    tally = kept(fuzz(stack, cases=FEW, seed=1))
    assert tally.faults == {}, f"{tally.report()}\n{stack.log_tails('web')}"
    assert tally.cases == FEW
    assert set(tally.rows) == {each.label for each in operations_of(contract(stack))}


def faults_of(stack: Stack, schema: BaseSchema) -> set[str]:
    """Return the kinds of fault a few calls of one operation find."""
    runner = Runner(stack, seed=1, world_lasts=100)
    (operation,) = [each for each in operations_of(schema) if each.label == ARRIVALS]
    for case in drawn(operation, count=4, seed=1) * 15:
        runner.send(case)
    return {kind for _, kind in runner.tally.faults}


def as_csv(answers: dict[str, Any]) -> None:
    answers["200"]["content"] = {"text/csv": {"schema": {"type": "string"}}}


def as_list(answers: dict[str, Any]) -> None:
    answers["200"]["content"]["application/json"]["schema"] = {"type": "array"}


def with_one_code(answers: dict[str, Any]) -> None:
    said = answers["401"]["description"]
    answers["401"]["description"] = said.replace("`wrong_kind_of_key`", "")


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (dict.copy, None),
        (lambda answers: answers.pop("200"), "UndefinedStatusCode 200"),
        (as_csv, "UndefinedContentType 200"),
        (as_list, "JsonSchemaError 200"),
        (with_one_code, "UndocumentedCode wrong_kind_of_key 401"),
    ],
)
def test_what_the_contract_does_not_say_is_found(
    stack: Stack, plant: Callable[[dict[str, Any]], object], found: str | None
) -> None:
    raw = raw_contract(stack)
    plant(raw["paths"]["/api/v1/station/arrivals"]["get"]["responses"])
    assert faults_of(stack, contract(stack, raw)) == ({found} if found else set())


@pytest.mark.long
def test_thousands_of_requests_find_no_fault(stack: Stack) -> None:
    cases = int(os.environ.get("FUZZ_CASES") or MANY)
    seed = int(os.environ.get("FUZZ_SEED") or secrets.randbelow(10**6))
    tally = kept(fuzz(stack, cases=cases, seed=seed, meanwhile=kept))
    print(tally.report())
    assert tally.faults == {}, f"{tally.report()}\n{stack.log_tails('web')}"
    assert tally.cases == cases
