"""The contract made whole: the drivers' stream, what rides to onboard units, and examples."""

from typing import Any

from dispatch.api import examples
from dispatch.api.examples import EVENTS
from dispatch.api.registries import schema as registries
from fleet.api.schema import operations
from telematics.ingest.items import ITEMS_MAX

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
        "401": {"description": "`not_signed_in`"},
    },
}

# What a caller may be refused for besides what any such operation may be.
REFUSALS = {
    "obu_lost": {"404": "`unknown_boot`"},
    "station_check_in": {
        "404": "`unknown_code`, `unknown_lane`",
        "409": "`wrong_truck` (with `plate`), `lane_closed` (with `open_lanes`), "
        "`not_allowed_now` (with `state`), `offer_expired`, `stale_version`, `id_reused`",
    },
    "station_swap": {
        "404": "`unknown_code`",
        "409": "`wrong_pack` (with `expected`), `not_allowed_now` (with `state`), `slot_taken`, "
        "`unknown_slot`, `stale_version`, `id_reused`",
    },
    "station_lane_close": {"409": "`id_reused`"},
    "station_lane_open": {"409": "`id_reused`"},
    "fleet_trips": {"404": "`unknown_view`", "409": "`unread_view` (with `filters`)"},
    "fleet_order_trips": {"413": "`too_large`, `too_many`"},
    "fleet_cancel_trip": {
        "404": "`unknown_trip`",
        "409": "`not_allowed_now` (with `state`)",
    },
    **registries.REFUSALS,
}
ANSWERS = {**examples.ANSWERS, **registries.ANSWERS}
BODIES = {**examples.BODIES, **registries.BODIES}


def complete(
    result: dict[str, Any],
    generator: Any,
    request: Any,
    public: Any,
) -> dict[str, Any]:
    """Add the stream, say what `assignment` is, and give each operation its examples."""
    result["paths"]["/api/v1/driver/stream"] = {"get": STREAM}
    answer = result["components"]["schemas"]["ReportsAnswer"]["properties"]
    answer["assignment"] = {"oneOf": [ASSIGNMENT, {"type": "null"}]}
    registries.take_no_more(result["components"]["schemas"])
    for operation in operations(result):
        registries.describe_tags(operation)
        name = operation["operationId"]
        if name == "fleet_order_trips":
            _take_one_or_many(operation["requestBody"])
        for status, codes in REFUSALS.get(name, {}).items():
            operation["responses"][status] = {"description": codes}
        if name in BODIES:
            _show(operation["requestBody"], BODIES[name])
        for status, each in operation["responses"].items():
            if status[0] == "2" and name in ANSWERS:
                _show(each, ANSWERS[name])
    return result


def _take_one_or_many(part: dict[str, Any]) -> None:
    for content in part["content"].values():
        array = content["schema"] | {"minItems": 1, "maxItems": ITEMS_MAX}
        content["schema"] = {"oneOf": [array["items"], array]}


def _show(part: dict[str, Any], value: Any) -> None:
    for content in part.get("content", {}).values():
        content.setdefault("examples", {})["example"] = {"value": value}
