from telematics.admin import alarms, days, devices, live, reports

__all__ = ["alarms", "days", "devices", "live", "reports"]
