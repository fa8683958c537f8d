"""Answers something that is not JSON."""

print('{"format": "swap-plan/1", "swaps": [')
