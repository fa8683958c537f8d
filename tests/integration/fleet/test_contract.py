"""The served contract: complete, valid, committed, and true to its own examples."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from jsonschema import Draft202012Validator, FormatChecker

from config.env import BASE_DIR
from fleet.api.codes import CODES
from fleet.api.schema import PROBLEM_TYPE, operations

pytestmark = pytest.mark.django_db
ROOT = BASE_DIR
COMMITTED = ROOT / "docs" / "reference" / "openapi.yaml"
PAGES = {"/api/v1/docs"}


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    answer = Client().get("/api/v1/schema", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    served: dict[str, Any] = json.loads(answer.content)
    return served


def test_the_served_contract_is_the_committed_one_in_any_language() -> None:
    for language in ("en", "zh-hans"):
        answer = Client().get("/api/v1/schema", headers={"Accept-Language": language})
        assert yaml.safe_load(answer.content) == yaml.safe_load(COMMITTED.read_bytes()), (
            "run: manage.py spectacular --lang en --file docs/reference/openapi.yaml"
        )


def test_the_contract_is_valid_openapi_without_a_warning(capsys: Any, tmp_path: Path) -> None:
    where = str(tmp_path / "openapi.yaml")
    call_command("spectacular", "--validate", "--fail-on-warn", "--lang", "en", "--file", where)
    assert "Warning" not in capsys.readouterr().err
    assert yaml.safe_load(Path(where).read_text())["openapi"].startswith("3.1")


def routed(patterns: list[Any], before: str = "/") -> Iterator[str]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routed(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            yield here


def test_every_routed_address_is_in_the_contract(contract: dict[str, Any]) -> None:
    known = {path.replace("{", "<").replace("}", ">") for path in contract["paths"]}
    there = {
        address.replace("<int:", "<").replace("<str:", "<").replace("<path:", "<")
        for address in routed(get_resolver().url_patterns)
        if address.startswith("/api/")
    }
    assert there - PAGES == known


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield "body", media, content
    for status, answer in operation["responses"].items():
        for media, content in answer.get("content", {}).items():
            yield status, media, content


def test_every_operation_shows_an_example_of_its_body_and_its_success(
    contract: dict[str, Any],
) -> None:
    lacking = [
        (operation["operationId"], part)
        for operation in operations(contract)
        for part, _, content in contents(operation)
        if part[0] in "b2" and not content.get("examples")
    ]
    assert lacking == []


def test_every_operation_documents_its_refusals_as_problems(contract: dict[str, Any]) -> None:
    for operation in operations(contract):
        assert set(operation["responses"]["default"]["content"]) == {PROBLEM_TYPE}
        asks_key = any("deviceKey" in ways for ways in operation.get("security", []))
        assert not asks_key or "401" in operation["responses"]
        for part, media, _ in contents(operation):
            assert part[0] not in "45" or media == PROBLEM_TYPE


def test_every_operation_names_what_its_shape_may_be_refused_for(contract: dict[str, Any]) -> None:
    for operation in operations(contract):
        answers = operation["responses"]
        refusals = {status for status in answers if status[0] in "45"}
        assert "503" in refusals
        for status in refusals & {"429", "503"}:
            assert answers[status]["headers"]["Retry-After"]["required"]
        assert "requestBody" not in operation or {"400", "413", "415"} <= refusals
        in_path = [each for each in operation.get("parameters", []) if each["in"] == "path"]
        assert not in_path or "404" in refusals
        assert all("`" in answers[status]["description"] for status in refusals)


def test_a_text_that_may_not_be_blank_says_so(contract: dict[str, Any]) -> None:
    bodies = contract["components"]["schemas"]
    reason = Draft202012Validator(bodies["LaneCloseBody"]["properties"]["reason"])
    fault = Draft202012Validator(bodies["LaneReadingBody"]["properties"]["fault_code"])
    blank = [chr(n) for n in range(0x3001) if chr(n).isspace()]
    assert not any(reason.is_valid(text) for text in ["", "x\0", *blank, "".join(blank)])
    assert all(reason.is_valid(text) for text in ["x", " x ", "。"])
    assert fault.is_valid("")


@pytest.mark.parametrize("form", ["format=yml", "format=null&format=null", "format=%00"])
def test_a_form_of_the_contract_that_is_not_there_is_a_problem(form: str) -> None:
    answer = Client().get(f"/api/v1/schema?{form}")
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM_TYPE)


def test_every_example_keeps_to_its_schema(contract: dict[str, Any]) -> None:
    checked = 0
    for operation in operations(contract):
        for part, _, content in contents(operation):
            schema = {**content["schema"], "components": contract["components"]}
            validator = Draft202012Validator(schema, format_checker=FormatChecker())
            for name, example in content.get("examples", {}).items():
                faults = [fault.message for fault in validator.iter_errors(example["value"])]
                assert faults == [], (operation["operationId"], part, name)
                checked += 1
    assert checked > 60


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("get", "/api/v1/nowhere", 404, "not_found"),
        ("get", "/api/", 404, "not_found"),
        ("put", "/api/v1/obu/reports", 405, "method_not_allowed"),
        ("post", "/api/v1/schema", 405, "method_not_allowed"),
        ("get", "/api/v1/driver/me", 401, "not_signed_in"),
        ("get", "/api/v1/station/arrivals", 401, "no_key"),
    ],
)
def test_refusals_by_no_view_are_problems_too(
    method: str, address: str, status: int, code: str
) -> None:
    answer = getattr(Client(), method)(address)
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM_TYPE)
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert Client().get(body["type"].removeprefix(settings.PUBLIC_URL)).status_code == 200


def test_a_write_no_view_looked_at_is_a_problem_under_the_api_and_a_page_elsewhere() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/api/v1/driver/stream")
    assert (answer.status_code, answer["Content-Type"]) == (403, PROBLEM_TYPE)
    assert answer.json()["code"] == "csrf_failed"
    assert client.post("/admin/login/")["Content-Type"].startswith("text/html")


def test_a_failure_of_ours_is_a_problem(client: Client) -> None:
    answer = get_resolver().resolve_error_handler(500)(_request("/api/v1/obu/assignment"))
    assert (answer.status_code, answer["Content-Type"]) == (500, PROBLEM_TYPE)
    assert json.loads(answer.content)["code"] == "internal"
    page = get_resolver().resolve_error_handler(500)(_request("/admin/"))
    assert page["Content-Type"].startswith("text/html")


def _request(path: str) -> Any:
    return RequestFactory().get(path)


def _code_in(node: ast.AST) -> ast.expr | None:
    if isinstance(node, ast.Assign):
        names = [each.id for each in node.targets if isinstance(each, ast.Name)]
        return node.value if names == ["code"] else None
    return node.value if isinstance(node, ast.keyword) and node.arg == "code" else None


def spoken() -> Iterator[tuple[str, str]]:
    """Every literal code of a refusal in the product's source: `code="..."`, `code = "..."`."""
    for room in ("fleet", "telematics", "dispatch"):
        for part in ("api", "services", "ingest", "driver"):
            for file in (ROOT / room / part).rglob("*.py"):
                for node in ast.walk(ast.parse(file.read_text())):
                    value = _code_in(node)
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield str(file.relative_to(ROOT)), value.value


def test_every_code_has_its_page() -> None:
    said = list(spoken())
    assert len(said) > 30
    assert [(file, code) for file, code in said if code not in CODES] == []
    for code in CODES:
        answer = Client().get(f"/problems/{code}")
        assert answer.status_code == 200
        assert code in answer.content.decode()
    assert Client().get("/problems/").content.decode().count("<dt>") == len(CODES)
    assert Client().get("/problems/no_such_code").status_code == 404
