from dispatch.admin import (
    assignments,
    caps,
    closing,
    consequences,
    consumption,
    fairness,
    outcomes,
    plans,
    station_days,
    summary_mail,
    trips,
    trucks_now,
)

__all__ = [
    "assignments",
    "caps",
    "closing",
    "consequences",
    "consumption",
    "fairness",
    "outcomes",
    "plans",
    "station_days",
    "summary_mail",
    "trips",
    "trucks_now",
]
