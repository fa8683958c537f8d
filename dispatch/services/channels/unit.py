"""The truck's onboard unit: a message that rides on the next answer to its reports."""

from datetime import timedelta

from dispatch.services.channels.channel import ImpossibleError, Letter, Receipt
from telematics.models import Downlink, TruckState

HEARD_WITHIN = timedelta(minutes=2)


class OnboardUnit:
    """Leaves a row; whether it was fetched is `Downlink.fetched_at`."""

    is_local = True

    def send(self, letter: Letter) -> Receipt:
        """Let the message ride, if the unit has been heard of lately."""
        if letter.truck_id is None:
            raise ImpossibleError("off_shift")
        heard = TruckState.objects.filter(
            truck=letter.truck_id, received_at__gt=letter.now - HEARD_WITHIN
        )
        if not heard.exists():
            raise ImpossibleError("unit_silent")
        ride = Downlink.objects.create(
            truck_id=letter.truck_id,
            kind=Downlink.Kind.MESSAGE,
            body={"text": letter.text},
            created_at=letter.now,
            expires_at=letter.expires_at,
        )
        return Receipt(str(ride.pk))
