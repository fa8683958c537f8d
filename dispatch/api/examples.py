"""What answers look like, for the contract: one example of each operation's success."""

from typing import Any

from dispatch.api.driver_schema import CARD

AT = "2026-11-21T08:00:00Z"
STARTS_AT = "2026-11-21T08:26:00Z"
PACK = "TSTPB01A000000G3A0000123"
ACTION_ID = "0b8f7c4e-52d1-4e9e-8a55-6f0f6d0c9f11"
DRIVER = {"id": 7, "name": "王伟", "carrier": "Caofeidian Haulage"}
SHIFT = {
    "id": 31,
    "truck": {"id": 4, "plate": "冀B12345D"},
    "pack_codes": [PACK],
    "started_at": AT,
    "ended_at": None,
}
TRIP = {
    "id": 88,
    "state": "underway",
    "origin": "Qianan mill",
    "origin_zh": "迁安钢厂",
    "destination": "Caofeidian port",
    "destination_zh": "曹妃甸港",
    "load_kg": 31000,
    "due_at": None,
}
ME: dict[str, Any] = {
    "driver": DRIVER,
    "server_time": AT,
    "shift": SHIFT,
    "trucks": [],
    "trip": TRIP,
    "charge": {"soc_percent": 34.0, "recorded_at": AT, "age_s": 4},
    "assignment": CARD,
    "ended": None,
    "csrf_token": "jd81…",
}
ARRIVAL = {
    "assignment": 12,
    "state": "accepted",
    "plate": "冀B12345D",
    "lane": 1,
    "eta": STARTS_AT,
    "window_from": "2026-11-21T08:20:00Z",
    "window_to": "2026-11-21T08:35:00Z",
    "starts_at": STARTS_AT,
    "packs": [{"position": 1, "code": PACK, "slot": 4}],
}
SLOT_PLAN = {
    "slot": 5,
    "pack_code": PACK,
    "windows": [{"from": AT, "to": STARTS_AT, "power_kw": 240}],
    "ready_at": STARTS_AT,
}
CHECKED_IN = {
    "assignment": 12,
    "lane": 1,
    "state": "swapping",
    "hand_out": [{"position": 1, "code": PACK, "slot": 4}],
    "expect_in": [{"position": 1, "code": "TSTPB01A000000G3A0000124"}],
    "starts_at": STARTS_AT,
}
READINGS = {
    "server_time": AT,
    "verdicts": [
        {"lane": 1, "verdict": "stored"},
        {"slot": 1, "verdict": "refused", "code": "unknown_slot", "detail": "No slot 1 here."},
    ],
}
ORDER = {
    "external_id": "SO-2026-1187",
    "truck": "冀B12345D",
    "origin": "qianan-mill",
    "destination": "caofeidian-port",
    "load_kg": 31000,
    "ready_at": AT,
    "due_at": None,
    "dwell_s": 1800,
}
ORDERED = {
    **ORDER,
    "id": 88,
    "state": "planned",
    "loading_at": None,
    "left_at": None,
    "arrived_at": None,
    "cancel_reason": "",
}
ORDER_VERDICTS = [
    {"external_id": "SO-2026-1187", "verdict": "created", "id": 88},
    {
        "external_id": "SO-2026-1188",
        "verdict": "refused",
        "code": "unknown_place",
        "path": "$[1].destination",
        "detail": "No place you may use has the code caofeidian.",
    },
]

ANSWERS: dict[str, Any] = {
    "driver_sign_in": {"driver": DRIVER, "csrf_token": "jd81…"},
    "driver_me": ME,
    "driver_start_shift": SHIFT,
    "driver_end_shift": {"shift": {**SHIFT, "ended_at": STARTS_AT}},
    "driver_accept": {"assignment": {**CARD, "state": "accepted", "actions": ["leave", "arrive"]}},
    "driver_decline": {"assignment": None},
    "driver_leave": {"assignment": {**CARD, "state": "en_route", "actions": ["arrive"]}},
    "driver_arrive": {"assignment": {**CARD, "state": "arrived", "actions": ["done"]}},
    "driver_done": {"assignment": None},
    "driver_seen": {"seen": 1},
    "obu_seen": {"seen": 2},
    "obu_assignment": CARD,
    "fleet_order_trips": {"verdicts": ORDER_VERDICTS},
    "fleet_trips": {"trips": [ORDERED], "next": None},
    "fleet_cancel_trip": {**ORDERED, "state": "cancelled", "cancel_reason": "ship delayed"},
    "station_arrivals": {"server_time": AT, "arrivals": [ARRIVAL]},
    "station_charge_plan": {"server_time": AT, "power_limit_kw": 1200, "slots": [SLOT_PLAN]},
    "station_check_in": CHECKED_IN,
    "station_swap": {"assignment": 12, "state": "done"},
    "station_lane_close": {"lane": 1, "closed_since": AT, "moved": 2},
    "station_lane_open": {"lane": 1},
    "station_readings": READINGS,
}
BODIES: dict[str, Any] = {
    "driver_end_shift": {"action_id": ACTION_ID},
    "fleet_order_trips": [ORDER],
    "fleet_cancel_trip": {"reason": "ship delayed"},
}
EVENTS = (
    "retry: 1000\n\n"
    "event: assignment\n"
    'data: {"id": 12, "version": 3, "state": "offered"}\n\n'
    "event: beat\n"
    "data: null\n\n"
)
