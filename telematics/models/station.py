"""What stations reported: slots and lanes, now and before; and each event once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fleet.models import Lane, Slot, SwapStation


class SlotValues(models.Model):
    """What a station says of one slot."""

    recorded_at = models.DateTimeField(_("recorded at"))
    received_at = models.DateTimeField(_("received at"))
    pack_code = models.CharField(_("pack"), max_length=24, blank=True)
    soc_percent = models.FloatField(_("state of charge, %"), null=True)
    soh_percent = models.FloatField(_("state of health, %"), null=True)
    power_kw = models.FloatField(_("charging power, kW"), default=0)
    temperature_c = models.FloatField(_("temperature, °C"), null=True)
    fault_code = models.CharField(_("fault"), max_length=40, blank=True)

    class Meta:
        abstract = True


class SlotReading(SlotValues):
    """One reading of a slot; append-only."""

    slot = models.ForeignKey(Slot, models.CASCADE, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["slot", "-recorded_at"], name="telematics_slot_history")]
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "recorded_at"],
                name="telematics_slot_reading_is_kept_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.recorded_at}"


class SlotState(SlotValues):
    """The newest reading of a slot."""

    slot = models.OneToOneField(
        Slot,
        models.CASCADE,
        primary_key=True,
        related_name="+",
        verbose_name=_("slot"),
    )

    class Meta:
        verbose_name = _("live state of a slot")
        verbose_name_plural = _("live states of slots")

    def __str__(self) -> str:
        return str(self.slot)


class LaneState(models.Model):
    """What a station last said of a lane."""

    class State(models.TextChoices):
        FREE = "free", _("free")
        BUSY = "busy", _("busy")
        FAULT = "fault", _("fault")

    lane = models.OneToOneField(
        Lane,
        models.CASCADE,
        primary_key=True,
        related_name="+",
        verbose_name=_("lane"),
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    received_at = models.DateTimeField(_("received at"))
    state = models.CharField(_("state"), max_length=10, choices=State)
    fault_code = models.CharField(_("fault"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("live state of a lane")
        verbose_name_plural = _("live states of lanes")

    def __str__(self) -> str:
        return str(self.lane)


class StationEvent(models.Model):
    """An event a station sent, by the station's own id: the same event is answered the same."""

    station = models.ForeignKey(SwapStation, models.CASCADE, related_name="+")
    event_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    body = models.JSONField()
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["station", "event_id"],
                name="telematics_station_event_happens_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.kind} {self.event_id}"
