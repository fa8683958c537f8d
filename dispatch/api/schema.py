"""The contract made whole: the drivers' stream, what rides to onboard units, and examples."""

from typing import Any

from dispatch.api.examples import ANSWERS, BODIES, EVENTS
from fleet.api.schema import operations

ASSIGNMENT = {"$ref": "#/components/schemas/Assignment"}
STREAM = {
    "operationId": "driver_stream",
    "description": (
        "Server-sent events: `assignment` with the assignment or null, at once and at every "
        "change; `beat` every 15 s; `replaced` when another page of the driver took over."
    ),
    "tags": ["driver"],
    "security": [{"driverSession": []}],
    "responses": {
        "200": {
            "description": "",
            "content": {
                "text/event-stream": {
                    "schema": {"type": "string"},
                    "examples": {"events": {"value": EVENTS}},
                }
            },
        },
        "401": {"description": "`not_signed_in`", "content": {}},
    },
}


def complete(
    result: dict[str, Any],
    generator: Any,  # noqa: ARG001  the generator passes these by name
    request: Any,  # noqa: ARG001
    public: Any,  # noqa: ARG001
) -> dict[str, Any]:
    """Add the stream, say what `assignment` is, and give each operation its examples."""
    result["paths"]["/api/v1/driver/stream"] = {"get": STREAM}
    answer = result["components"]["schemas"]["ReportsAnswer"]["properties"]
    answer["assignment"] = {"oneOf": [ASSIGNMENT, {"type": "null"}]}
    for operation in operations(result):
        name = operation["operationId"]
        if name in BODIES:
            _show(operation["requestBody"], BODIES[name])
        for status, each in operation["responses"].items():
            if status[0] == "2" and name in ANSWERS:
                _show(each, ANSWERS[name])
    return result


def _show(part: dict[str, Any], value: Any) -> None:
    for content in part.get("content", {}).values():
        content.setdefault("examples", {})["example"] = {"value": value}
