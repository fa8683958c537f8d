"""Kill the service while trucks report to it, then ask the database what became of each report.

`load` says what trucks send, `client` and `run` send it, `service` is killed, `history` remembers
every operation, and `checker` judges by the history and SQL alone.
"""
