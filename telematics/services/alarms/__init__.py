"""Alarms: opened and closed by who knows their cause, or by rules; grouped; looked after."""

from telematics.services.alarms.by_cause import close_alarm, open_alarm
from telematics.services.alarms.promised import promise_ringing

__all__ = ["close_alarm", "open_alarm", "promise_ringing"]
