"""Let a quarantined device speak for its truck again."""

from datetime import datetime

from django.db import transaction

from fleet.models import User
from telematics.models import Alarm, DeviceQuarantine
from telematics.services.alarms import close_alarm


class QuarantineOverError(Exception):
    """Somebody lifted the quarantine before."""

    code = "already_lifted"


def lift_device_quarantine(
    quarantine: DeviceQuarantine, *, by: User | None, reason: str, now: datetime
) -> None:
    """Lift a quarantine with a reason and close its alarm; reports count again within a second.

    Raises
    ------
    QuarantineOverError
        Nothing was written.
    """
    with transaction.atomic():
        lifted = DeviceQuarantine.objects.filter(pk=quarantine.pk, lifted_at=None).update(
            lifted_at=now, lifted_by=by, reason=reason[:200]
        )
        if not lifted:
            raise QuarantineOverError("The quarantine was lifted before.")
        close_alarm(Alarm.Kind.CLONED_DEVICE, truck_id=quarantine.device.truck_id, now=now)


def is_quarantined(device_id: int) -> bool:
    """Say whether a device is kept apart."""
    return DeviceQuarantine.objects.filter(device=device_id, lifted_at=None).exists()
