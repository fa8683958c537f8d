from telematics.admin import alarm_rules, alarms, days, devices, late, live, quarantines, reports

__all__ = ["alarm_rules", "alarms", "days", "devices", "late", "live", "quarantines", "reports"]
