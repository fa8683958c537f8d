from telematics.admin import alarms, devices, live, reports

__all__ = ["alarms", "devices", "live", "reports"]
