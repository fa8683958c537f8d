"""Send the cases, each as somebody, and look at every answer."""

import gzip
from collections.abc import Callable
from random import Random
from typing import Any

import requests
import schemathesis
from schemathesis import BaseSchema, Response
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi.checks import UndefinedStatusCode
from schemathesis.specs.openapi import checks

from fleet.api.codes import CODES
from fleet.api.schema import operations
from tests.fuzz.cases import ROUND, AnyCase, Operation, all_cases, ground, is_valid
from tests.fuzz.tally import Tally
from tests.fuzz.world import World
from tests.stack import Stack

WORLDS_MOST = 60
WORLD_LASTS = 50
RIGHT_CALLER = 0.7
CURL_SHOWN = 900
PATIENCE_S = 60
STREAM = "text/event-stream"
OVERLOAD = {429, 503}
# One number may not lie before the other: no schema can say so.
BEYOND_SCHEMA = {"/api/v1/obu/lost"}
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
RIGHT = {
    "/api/v1/obu/": ("obu", "obu", "obu signed"),
    "/api/v1/station/": ("station", "station", "station signed"),
    "/api/v1/fleet/": ("office", "office signed", "clerk"),
    "/api/v1/driver/": ("driver",),
    "/api/v1/schema": ("nobody",),
}


def fuzz(
    stack: Stack, *, cases: int, seed: int, meanwhile: Callable[[Tally], object] = id
) -> Tally:
    """Send so many cases to the running service; the same seed makes the same cases.

    `meanwhile` is called now and then with what came of them so far.
    """
    runner = Runner(stack, seed=seed, world_lasts=max(WORLD_LASTS, cases // WORLDS_MOST))
    for number, case in enumerate(all_cases(contract(stack), count=cases, seed=seed), start=1):
        runner.send(case)
        if number % ROUND == 0:
            meanwhile(runner.tally)
    return runner.tally


def raw_contract(stack: Stack) -> dict[str, Any]:
    """Return the contract as it is served, without the answer that stands for any other."""
    raw: dict[str, Any] = stack.http.get("/api/v1/schema", params={"format": "json"}).json()
    for operation in operations(raw):
        operation["responses"].pop("default")
        operation.pop("security", None)  # who calls is ours to choose
    return raw


def contract(stack: Stack, raw: dict[str, Any] | None = None) -> BaseSchema:
    """Return the contract, the served one by default, as cases are made from it."""
    schema = schemathesis.openapi.from_dict(raw or raw_contract(stack))
    schema.config.update(base_url=stack.base_url)
    schema.config.max_stream_events = 1  # a stream never ends by itself
    return schema


class Runner:
    """Sends cases one by one from a world that is made anew now and then."""

    def __init__(self, stack: Stack, *, seed: int, world_lasts: int) -> None:
        self.stack, self.tally = stack, Tally(seed)
        self.chance = Random(seed)  # noqa: S311  chance, no secret
        self.world_lasts = world_lasts
        self.http = requests.Session()
        self.http.trust_env = False
        self.world = World(stack, 0)

    def send(self, case: AnyCase) -> None:
        """Send a case as somebody and keep what is wrong with the answer."""
        if self.tally.cases and self.tally.cases % self.world_lasts == 0:
            self.world.leave()
            self.world = World(self.stack, self.world.number + 1)
        label, caller = case.operation.label, self._caller(case.operation)
        was_valid = is_valid(case)
        ground(case, self.world, self.chance)
        self.http.cookies.clear()
        self.caller = caller
        answer = case.call(
            session=self.http,
            headers=self.world.keys[caller],
            auth=self._ready,
            timeout=PATIENCE_S,
        )
        self.tally.count(label, caller=caller, is_valid=was_valid, status=answer.status_code)
        self._judge(case, answer, caller=caller, was_valid=was_valid)
        if "/driver/session" in label and answer.status_code < 300:
            self.world.sign_in()

    def _caller(self, operation: Operation) -> str:
        right = next(who for start, who in RIGHT.items() if operation.path.startswith(start))
        if self.chance.random() < RIGHT_CALLER:
            return self.chance.choice(right)
        return self.chance.choice(sorted(self.world.keys))

    def _ready(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Pack a body that says it is packed, three times of four; sign, if the caller does."""
        named = request.headers.get("Content-Encoding")
        if named == "gzip" and isinstance(request.body, bytes) and self.chance.random() < 0.75:
            request.body = gzip.compress(request.body, mtime=0)
            request.headers["Content-Length"] = str(len(request.body))
        if signer := self.world.signers.get(self.caller):
            signer.sign(request, how=self.caller, chance=self.chance)
        return request

    def _judge(self, case: AnyCase, answer: Response, *, caller: str, was_valid: bool) -> None:
        is_stream = STREAM in answer.headers.get("content-type", [""])[0]
        # The library takes each event for a JSON object: ours are looked at here.
        looked_at = CHECKS[:-1] if is_stream else CHECKS
        try:
            case.validate_response(answer, checks=looked_at)
        except FailureGroup as group:
            for failure in group.exceptions:
                if answer.status_code >= 500 and isinstance(failure, UndefinedStatusCode):
                    continue  # said once, by not_a_server_error
                self._blame(case, answer, caller, type(failure).__name__, str(failure))
        found = _faults_of_stream(answer) if is_stream else []
        for kind, said in found or _own_faults(case, answer, was_valid=was_valid):
            self._blame(case, answer, caller, kind, said)

    def _blame(self, case: AnyCase, answer: Response, caller: str, kind: str, said: str) -> None:
        body = answer.content[:600].decode(errors="replace")
        shown = case.as_curl_command()[:CURL_SHOWN]
        self.tally.blame(
            case.operation.label,
            f"{kind} {answer.status_code}",
            f"as {caller}: {said[:800]}\n\n    {shown}\n\nanswered {body}",
        )


def _own_faults(case: AnyCase, answer: Response, *, was_valid: bool) -> list[tuple[str, str]]:
    """Return what the library does not look for: codes, and valid requests that are refused."""
    if answer.status_code < 400:
        return []
    try:
        problem: Any = answer.json()
    except ValueError:
        return [("NotAProblem", "a refusal is application/problem+json")]
    code, faults = problem.get("code"), []
    if code not in CODES:
        faults.append(("UnknownCode", f"{code} has no page under /problems/"))
    documented = case.operation.responses.find_by_status_code(answer.status_code)
    if documented and f"`{code}`" not in documented.definition["description"]:
        faults.append((f"UndocumentedCode {code}", documented.definition["description"]))
    if problem.get("status") != answer.status_code:
        faults.append(("WrongStatus", f"the body says {problem.get('status')}"))
    if answer.status_code in OVERLOAD and "retry-after" not in answer.headers:
        faults.append(("NoRetryAfter", "overload is answered with Retry-After"))
    says_all = case.operation.path not in BEYOND_SCHEMA
    if was_valid and says_all and code in {"not_json", "invalid"}:
        faults.append(("ValidRefused", "the contract allows this request"))
    return faults


def _faults_of_stream(answer: Response) -> list[tuple[str, str]]:
    """Return what is wrong with the first events of the drivers' stream."""
    events = [each for each in answer.content.decode().split("\n\n") if each]
    names = [line for each in events for line in each.split("\n") if line.startswith("event:")]
    if names[:1] != ["event: assignment"]:
        return [("NoAssignment", f"the stream begins with {events[:2]}")]
    return []
