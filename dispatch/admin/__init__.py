from dispatch.admin import assignments, caps, fairness, outcomes, plans, trips, trucks_now

__all__ = ["assignments", "caps", "fairness", "outcomes", "plans", "trips", "trucks_now"]
