"""Answers a plan whose numbers are texts."""

import json

swap = {"truck": 5, "after": "0", "station": None, "lane": [], "start_s": "soon", "packs": []}
plan = {"status": "optimal", "cost_s": "1", "bound_s": None, "seconds": "0", "unserved": []}
print(json.dumps({"format": "swap-plan/1", **plan, "swaps": [swap, {**swap, "start_s": 1}]}))
