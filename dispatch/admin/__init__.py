from dispatch.admin import assignments, plans, trucks_now

__all__ = ["assignments", "plans", "trucks_now"]
