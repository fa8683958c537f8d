from fleet.admin import trucks

__all__ = ["trucks"]
