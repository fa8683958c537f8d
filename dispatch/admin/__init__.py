from dispatch.admin import assignments, plans, trips, trucks_now

__all__ = ["assignments", "plans", "trips", "trucks_now"]
