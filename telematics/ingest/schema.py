"""The contract of `POST reports`, from the very structs that read it."""

from typing import Any

import msgspec

from fleet.api.schema import problem_answer, problem_example
from telematics.ingest.answer import ReportsAnswer
from telematics.ingest.decode import Report
from telematics.ingest.items import ITEMS_MAX

REF = "#/components/schemas/{name}"
REPORT = {"$ref": REF.format(name="Report")}
ONE = {
    "recorded_at": "2026-11-21T08:00:00Z",
    "seq": 17,
    "latitude_deg": 39.21,
    "longitude_deg": 119.02,
    "speed_kmh": 61.5,
    "soc_percent": 48.0,
}
FULL = {
    **ONE,
    "seq": 18,
    "boot_id": "b1",
    "datum": "gcj02",
    "heading_deg": 181,
    "altitude_m": 12,
    "odometer_km": 81234.5,
    "pack_temperature_c": 31,
    "ambient_temperature_c": -4,
    "gross_mass_kg": 47800,
    "pack_codes": ["TSTPB01A000000G3A0000123"],
    "alarm_level": 0,
}
ANSWER = {
    "server_time": "2026-11-21T08:00:01Z",
    "verdicts": [
        {
            "index": 0,
            "verdict": "stored",
            "recorded_at": "2026-11-21T08:00:00Z",
            "seq": 17,
            "marks": [],
        },
        {
            "index": 1,
            "verdict": "refused",
            "code": "out_of_range",
            "path": "$[1].soc_percent",
            "detail": "Expected `float` <= 100.0.",
        },
    ],
    "assignment": None,
    "messages": [{"id": 5, "text": "Ice at km 12"}],
    "resend": [{"boot_id": "b1", "from_seq": 12, "to_seq": 15}],
}


def add_reports(
    result: dict[str, Any],
    generator: Any,
    request: Any,
    public: Any,
) -> dict[str, Any]:
    """Add the operation to the contract; it is no view of Django REST framework."""
    _, components = msgspec.json.schema_components([Report, ReportsAnswer], ref_template=REF)
    result["components"]["schemas"].update(components)
    body = {
        "schema": {
            "oneOf": [
                REPORT,
                {"type": "array", "items": REPORT, "minItems": 1, "maxItems": ITEMS_MAX},
            ]
        },
        "examples": {
            "one": {"summary": "One report", "value": ONE},
            "batch": {"summary": "What was buffered", "value": [ONE, FULL]},
        },
    }
    answer = {
        "schema": {"$ref": REF.format(name="ReportsAnswer")},
        "examples": {"verdicts": {"value": ANSWER}},
    }
    refused = problem_example(400, "not_json", "Bad Request", "The body is not JSON: ...")
    result["paths"]["/api/v1/obu/reports"] = {
        "post": {
            "operationId": "obu_reports",
            "description": (
                "Keep one report, or 1 to 1,000, of the truck the key belongs to; answered after "
                "the commit with a verdict each. At most 1 MiB, or 8 MiB inflated with "
                "`Content-Encoding: gzip`. Send again whatever was not answered."
            ),
            "tags": ["obu"],
            "parameters": [
                {
                    "in": "header",
                    "name": "Content-Encoding",
                    "schema": {"type": "string", "enum": ["gzip"]},
                }
            ],
            "requestBody": {"required": True, "content": {"application/json": body}},
            "security": [{"deviceKey": []}],
            "responses": {
                "200": {"description": "", "content": {"application/json": answer}},
                "400": problem_answer("`not_json`, `invalid`", refused),
                "413": problem_answer("`too_large`, `too_many`", refused),
                "415": problem_answer("`bad_encoding`", refused),
                "429": problem_answer("`throttled`; wait as `Retry-After` says", refused),
                "503": problem_answer("`busy`; send it again after `Retry-After`", refused),
            },
        }
    }
    return result
