"""What every operation of the contract has in common: refusals as problems."""

from typing import Any

PROBLEM_TYPE = "application/problem+json"
PROBLEM = {"$ref": "#/components/schemas/Problem"}
OVERLOADED = {"429", "503"}
RETRY_AFTER = {
    "description": "Seconds to wait before the same is sent again.",
    "required": True,
    "schema": {"type": "integer", "minimum": 0},
}
METHODS = {"get", "put", "post", "delete", "patch"}

SCHEMA = {
    "type": "object",
    "description": "A refusal (RFC 9457). `type` leads to a page that says what to do.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; programs decide by it."},
        "detail": {"type": "string", "description": "One sentence for people."},
        "hint": {"type": "string"},
        "path": {"type": "string"},
        "errors": {"description": "What is wrong, by field."},
    },
    "additionalProperties": True,
}


def problem_example(status: int, code: str, title: str, detail: str, **extra: str) -> Any:
    """Return the value of an example problem."""
    return {
        "type": f"https://yizhan.example/problems/{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        **extra,
    }


NO_KEY = problem_example(
    401, "unknown_key", "Unauthorized", "No device has this key.", hint="Send `Authorization: ...`."
)
NOT_ALLOWED = problem_example(
    405, "method_not_allowed", "Method Not Allowed", 'Method "PUT" not allowed.'
)


def problem_answer(description: str, example: Any) -> dict[str, Any]:
    """Return a response of the contract that is a problem."""
    content: dict[str, Any] = {"schema": PROBLEM}
    if example is not None:
        content["examples"] = {"refused": {"value": example}}
    return {"description": description, "content": {PROBLEM_TYPE: content}}


def operations(contract: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every operation of a contract."""
    paths = contract["paths"].values()
    return [op for path in paths for method, op in path.items() if method in METHODS]


def common_refusals(operation: dict[str, Any]) -> dict[str, str]:
    """Return status and codes of what any operation of this shape may be refused for.

    Which ways in it has, whether it takes a body, and where its parameters are decide.
    """
    ways = {name for way in operation.get("security", []) for name in way}
    places = {parameter["in"] for parameter in operation.get("parameters", [])}
    refusals = {"503": "`busy`; send it again after `Retry-After`"}
    if "deviceKey" in ways:
        refusals["401"] = (
            "`no_key`, `unknown_key`, `revoked_key`, `wrong_kind_of_key`, "
            "`signature_required`, `bad_signature`, `stale_sequence`, "
            "`device_quarantined`"
        )
    if "cookieAuth" in ways:
        refusals["403"] = "`permission_denied`"
    if "path" in places:
        refusals["404"] = "`not_found`"
    if "query" in places:
        refusals["400"] = "`invalid`"
    if "requestBody" in operation:
        refusals |= {
            "400": "`not_json`, `invalid`",
            "413": "`too_large`",
            "415": "`unsupported_media_type`, `bad_encoding`",
        }
    return refusals


def describe_problems(
    result: dict[str, Any],
    generator: Any,
    request: Any,
    public: Any,
) -> dict[str, Any]:
    """Give every operation its refusals: those of its shape, its own, and what stands for others.

    Runs last, when all operations are there. Every status an operation answers is named; only
    methods and media types it does not have at all are left to `default`.
    """
    result["components"]["schemas"]["Problem"] = SCHEMA
    for operation in operations(result):
        answers = operation["responses"]
        for status, answer in answers.items():
            if status[0] in "45" and PROBLEM_TYPE not in answer.get("content", {}):
                answer["content"] = {PROBLEM_TYPE: {"schema": PROBLEM}}
        for status, codes in common_refusals(operation).items():
            answers.setdefault(status, problem_answer(codes, NO_KEY if status == "401" else None))
        for status in OVERLOADED & {*answers}:
            answers[status]["headers"] = {"Retry-After": RETRY_AFTER}
        answers["default"] = problem_answer("Any other refusal, as a problem.", NOT_ALLOWED)
    return result
