from dispatch.admin import assignments, fairness, outcomes, plans, trips, trucks_now

__all__ = ["assignments", "fairness", "outcomes", "plans", "trips", "trucks_now"]
