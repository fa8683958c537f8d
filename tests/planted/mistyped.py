"""Answers a plan whose numbers are texts."""

import json

swap = {"truck": 5, "after": "0", "station": None, "lane": [], "start_s": "soon", "packs": []}
plan: dict[str, object] = {"status": "optimal", "cost_s": "1", "bound_s": None, "seconds": "0"}
print(
    json.dumps(
        {"format": "swap-plan/1", **plan, "unserved": [], "swaps": [swap, {**swap, "start_s": 1}]}
    )
)
