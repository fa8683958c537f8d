"""The contract of the registries: tags, refusals, and examples of each."""

from typing import Any

AT = "2026-11-21T08:00:00Z"
LATER = "2026-11-21T08:26:00Z"
PACK = "TSTPB01A000000G3A0000123"
ETAG = {"etag": '"x8Jq0dWbRk1c5v9T"'}
OPEN = {"is_closed": False, "closed_reason": "", "closed_since": None}

FACTS: dict[str, dict[str, Any]] = {
    "truck": {
        "id": 4,
        "plate": "冀B12345D",
        "vin": "LZ0TESTTRCK000004",
        "model": "Sany SE555",
        "pack_type": "lfp-282",
        "region": "tangshan",
        "reserve_percent": 15,
        "is_active": True,
        "owner": "caofeidian-haulage",
        "carrier": "caofeidian-haulage",
        "packs": [PACK],
    },
    "pack": {
        "id": 71,
        "code": PACK,
        "type": "lfp-282",
        "owner": "caofeidian-haulage",
        "soh_percent": 97.5,
        "whereabouts": "slot",
        "station": "tangshan-01",
        "slot": 4,
        "truck": None,
        "position": None,
        "is_quarantined": True,
        "quarantine": {
            "is_safety": True,
            "reason": "too hot",
            "begun_at": AT,
            "release_asked_at": None,
        },
    },
    "station": {
        **OPEN,
        "id": 2,
        "code": "tangshan-01",
        "name": "Caofeidian West",
        "name_zh": "曹妃甸西",
        "operator": "caofeidian-energy",
        "region": "tangshan",
        "latitude_deg": 39.1,
        "longitude_deg": 118.9,
        "power_limit_kw": 1200,
        "tariff": "hebei-2026",
        "contact_phone": "0315-1234567",
        "is_active": True,
    },
    "lane": {
        "is_closed": True,
        "closed_reason": "robot fault",
        "closed_since": AT,
        "id": 3,
        "station": "tangshan-01",
        "number": 1,
        "swap_s": 300,
        "pack_types": [],
        "is_station_closed": False,
    },
    "slot": {
        "id": 9,
        "station": "tangshan-01",
        "number": 4,
        "max_power_kw": 280,
        "is_blocked": True,
        "block_reason": "maintenance",
        "pack": PACK,
    },
    "assignment": {
        "id": 12,
        "version": 3,
        "state": "accepted",
        "truck": "冀B12345D",
        "station": "tangshan-01",
        "lane": 1,
        "window_from": AT,
        "window_to": LATER,
        "starts_at": AT,
        "ends_at": LATER,
        "eta": AT,
        "leave_by_at": AT,
        "soc_on_arrival_percent": 27.0,
        "probability": 0.9,
        "is_pinned": True,
        "offered_at": AT,
        "offer_expires_at": AT,
        "arrived_at": None,
        "ended_at": None,
        "end_reason": "",
    },
    "alarm": {
        "id": 5,
        "kind": "stranded_risk",
        "level": 2,
        "truck": "冀B12345D",
        "station": None,
        "detail": "3 % above its reserve at the next stop",
        "note": "",
        "opened_at": AT,
        "acknowledged_at": None,
        "escalated_at": None,
        "closed_at": None,
    },
}
FREE_PACK = {**FACTS["pack"], "is_quarantined": False, "quarantine": None}
CHANGES: dict[str, dict[str, Any]] = {
    "truck": {"reserve_percent": 20, "reason": "winter"},
    "pack": {"is_quarantined": True, "reason": "too hot"},
    "station": {"power_limit_kw": 900, "reason": "transformer repair"},
    "lane": {"is_closed": True, "reason": "robot fault"},
    "slot": {"is_blocked": True, "reason": "maintenance"},
    "assignment": {"is_pinned": True, "reason": "the crew waits"},
}
MANY = {one: f"{one}s" for one in FACTS}
VIEWED = ("truck", "pack", "assignment", "alarm")
OF_THE_ROW = {
    "pack": "`pack_retired`, `not_quarantined`, `release_asked_already`, `release_not_asked`, "
    "`same_person`, `needs_a_person`, ",
    "assignment": "`not_allowed_now` (with `state`), ",
}
ANSWERS = {
    **{f"fleet_{one}": {**facts, **ETAG} for one, facts in FACTS.items()},
    **{f"fleet_change_{one}": {**FACTS[one], **ETAG} for one in CHANGES},
    "fleet_change_pack": {**FREE_PACK, **ETAG},
    **{
        f"fleet_{MANY[one]}": {MANY[one]: [{**facts, **ETAG}], "next": None}
        for one, facts in FACTS.items()
    },
}
BODIES = {f"fleet_change_{one}": body for one, body in CHANGES.items()}
REFUSALS = {
    **{
        f"fleet_{MANY[one]}": {"404": "`unknown_view`", "409": "`unread_view` (with `filters`)"}
        for one in VIEWED
    },
    **{
        f"fleet_change_{one}": {
            "409": f"{OF_THE_ROW.get(one, '')}`refused`",
            "412": "`stale`, with `differences` (`field`, `yours`, `theirs`, `changed_by`, "
            "`changed_at`, `reason`) and the row as it is (`current`)",
            "428": "`precondition_required`",
        }
        for one in CHANGES
    },
}
TAG = {"description": "The state of what is answered.", "schema": {"type": "string"}}
KNOWN = {"description": "It is as `If-None-Match` names it.", "headers": {"ETag": TAG}}


def describe_tags(operation: dict[str, Any]) -> None:
    """Say of an operation on a registry that it answers with a tag, and what it takes none for."""
    name = operation["operationId"]
    if name not in ANSWERS:
        return
    operation["responses"]["200"]["headers"] = {"ETag": TAG}
    if not name.startswith("fleet_change_"):
        operation["responses"]["304"] = KNOWN


def take_no_more(schemas: dict[str, Any]) -> None:
    """Say that a change names only what can be changed."""
    for one in CHANGES:
        schema = schemas.get(f"Patched{one.title()}Change") or schemas[f"{one.title()}Change"]
        schema["additionalProperties"] = False
        schema["required"] = ["reason"]
