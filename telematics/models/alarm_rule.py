"""What makes an alarm, as data: a reported value, a threshold, how long, how fresh, how grave."""

from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from fleet.models.named import local_name
from telematics.models.alarm import Alarm

BITS = 63  # what a signed bigint has room for, its sign left alone
LEVELS = (1, 4)
# Kinds that rules ring; the others are opened by the part of the service that knows their cause.
RULED_KINDS = (
    Alarm.Kind.BATTERY_HEAT,
    Alarm.Kind.CELL_SPREAD,
    Alarm.Kind.INSULATION,
    Alarm.Kind.LOW_CHARGE,
    Alarm.Kind.VEHICLE,
    Alarm.Kind.SILENT_TRUCK,
    Alarm.Kind.SILENT_STATION,
)


class Metric(models.TextChoices):
    """What a rule looks at: a field of the report, or what the service itself measures."""

    SOC = "soc_percent", _("state of charge, %")
    PACK_TEMPERATURE = "pack_temperature_c", _("hottest pack, °C")
    AMBIENT_TEMPERATURE = "ambient_temperature_c", _("outside temperature, °C")
    CELL_SPREAD = "cell_spread_mv", _("cell spread, mV")
    INSULATION = "insulation_kohm", _("insulation, kΩ")
    ALARM_LEVEL = "alarm_level", _("alarm level the truck reports")
    SPEED = "speed_kmh", _("speed, km/h")
    GROSS_MASS = "gross_mass_kg", _("gross mass, kg")
    SWAP_DUE = "swap_due_s", _("time left until it must swap, no swap promised, s")
    TRUCK_SILENCE = "silence_s", _("time a truck on shift was not heard of, s")
    STATION_SILENCE = "station_silence_s", _("time a station was not heard of, s")


# Read from each report as it comes; the others are looked at by the clock.
REPORTED = (
    Metric.SOC,
    Metric.PACK_TEMPERATURE,
    Metric.AMBIENT_TEMPERATURE,
    Metric.CELL_SPREAD,
    Metric.INSULATION,
    Metric.ALARM_LEVEL,
    Metric.SPEED,
    Metric.GROSS_MASS,
)
# Silence has kinds of its own, and nothing else can be one.
SILENCES: dict[str, str] = {
    Metric.TRUCK_SILENCE: Alarm.Kind.SILENT_TRUCK,
    Metric.STATION_SILENCE: Alarm.Kind.SILENT_STATION,
}


@pghistory.track()
class AlarmRule(models.Model):
    """When an alarm rings, and when it falls silent.

    A value at `threshold` or beyond it breaches; the breach holds until the value is past
    `clear_at`, the hysteresis. The alarm rings once a breach has lasted `duration_s` by the time
    the truck itself gives, and only while the newest report is at most `max_age_s` old.
    """

    class Comparison(models.TextChoices):
        ABOVE = "above", _("at or above")
        BELOW = "below", _("at or below")

    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    kind = models.CharField(
        _("kind"), max_length=20, choices=[(each.value, each.label) for each in RULED_KINDS]
    )
    metric = models.CharField(_("value"), max_length=24, choices=Metric)
    comparison = models.CharField(_("rings"), max_length=5, choices=Comparison)
    threshold = models.FloatField(_("threshold"))
    clear_at = models.FloatField(
        _("clears past"), help_text=_("Between threshold and this a breach stays what it was.")
    )
    duration_s = models.PositiveIntegerField(_("lasting, s"), default=0)
    max_age_s = models.PositiveIntegerField(
        _("age of reports at most, s"),
        default=300,
        help_text=_("Older reports ring nothing: while a truck is not heard of, it is stale."),
    )
    level = models.PositiveSmallIntegerField(
        _("level"),
        default=1,
        validators=[MinValueValidator(LEVELS[0]), MaxValueValidator(LEVELS[1])],
        help_text=_("As GB/T 32960: 1 notice, 2 restrict, 3 stop at once, 4 thermal event."),
    )
    escalate_after_s = models.PositiveIntegerField(
        _("escalates after, s"),
        null=True,
        blank=True,
        help_text=_("Not acknowledged for so long, it is raised one level; empty: never."),
    )
    is_enabled = models.BooleanField(_("in force"), default=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    # The database picks the lowest that is free, whoever writes the row.
    bit = models.PositiveSmallIntegerField(
        _("bit"),
        editable=False,
        db_default=Func(
            function="telematics_free_alarm_bit", output_field=models.PositiveSmallIntegerField()
        ),
    )
    # Reports before a change were judged by the rule as it was, and are no witness for the new.
    changed_at = models.DateTimeField(_("changed at"), null=True, editable=False)

    class Meta:
        verbose_name = _("alarm rule")
        verbose_name_plural = _("alarm rules")
        ordering = ["kind", "level", "code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="telematics_alarm_rule_code_is_unique"),
            models.UniqueConstraint(fields=["bit"], name="telematics_alarm_rule_has_its_own_bit"),
            models.CheckConstraint(
                condition=Q(bit__lt=BITS), name="telematics_alarm_rule_bit_fits_the_mask"
            ),
            models.CheckConstraint(
                condition=Q(level__range=LEVELS), name="telematics_alarm_rule_level_is_known"
            ),
            models.CheckConstraint(
                condition=Q(comparison="above", clear_at__lte=F("threshold"))
                | Q(comparison="below", clear_at__gte=F("threshold")),
                name="telematics_alarm_rule_clears_on_the_good_side",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=RULED_KINDS, metric__in=Metric.values),
                name="telematics_alarm_rule_rings_what_rules_ring",
            ),
        ]

    def __str__(self) -> str:
        return local_name(self.name, self.name_zh)

    def clean(self) -> None:
        """Refuse a rule that could never ring, or never fall silent, each with its code."""
        errors: dict[str, Any] = {}
        if not self._clears_on_the_good_side():
            side = _("It clears on the side of the good values, or at the threshold itself.")
            errors["clear_at"] = ValidationError(side, code="clears_on_the_wrong_side")
        if SILENCES.get(self.metric) != _silence(self.kind):
            words = _("Silence rings as silence, of trucks or of stations, and nothing else does.")
            errors["metric"] = ValidationError(words, code="kind_does_not_fit")
        if self.metric in SILENCES and self.comparison == self.Comparison.BELOW:
            words = _("Silence is too long, never too short.")
            errors["comparison"] = ValidationError(words, code="comparison_does_not_fit")
        if self.metric not in REPORTED and self.duration_s:
            words = _("What is measured by the clock has lasted when it is reached: put 0.")
            errors["duration_s"] = ValidationError(words, code="duration_does_not_fit")
        if errors:
            raise ValidationError(errors)

    def _clears_on_the_good_side(self) -> bool:
        ends: list[float | None] = [self.threshold, self.clear_at]  # of a form half filled in too
        if None in ends:
            return True  # the fields themselves say what is missing
        spread = self.threshold - self.clear_at
        return spread >= 0 if self.comparison == self.Comparison.ABOVE else spread <= 0


def _silence(kind: str) -> str | None:
    return kind if kind in SILENCES.values() else None
