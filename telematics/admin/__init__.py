from telematics.admin import alarm_rules, alarms, days, devices, late, live, reports

__all__ = ["alarm_rules", "alarms", "days", "devices", "late", "live", "reports"]
