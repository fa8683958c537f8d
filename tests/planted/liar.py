"""Answers a plan that is well formed and breaks a rule: nobody is served, nobody unserved."""

import json

print(
    json.dumps(
        {
            "format": "swap-plan/1",
            "status": "optimal",
            "cost_s": 0,
            "bound_s": 0,
            "seconds": 0.0,
            "swaps": [],
            "unserved": [],
        }
    )
)
