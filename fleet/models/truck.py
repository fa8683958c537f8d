"""Trucks, their models, who owns and runs them when, and who may see them when."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fleet.models.found import found_by
from fleet.models.names import PlateField, VinField
from fleet.models.operator import Operator
from fleet.models.place import Region


@pghistory.track()
class TruckModel(models.Model):
    """A maker's model: masses, pack positions and the coefficients of its energy model."""

    maker = models.CharField(_("maker"), max_length=60)
    name = models.CharField(_("name"), max_length=60)
    pack_type = models.ForeignKey(
        "fleet.PackType",
        models.PROTECT,
        related_name="truck_models",
        verbose_name=_("pack type"),
    )
    pack_positions = models.PositiveSmallIntegerField(
        _("pack positions"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(3)],
    )
    curb_mass_kg = models.PositiveIntegerField(_("curb mass with packs, kg"))
    gross_mass_kg = models.PositiveIntegerField(_("permitted gross mass, kg"))
    drag_coefficient = models.FloatField(_("drag coefficient"), default=0.4615)
    frontal_area_m2 = models.FloatField(_("frontal area, m²"), default=10.0)
    rolling_resistance = models.FloatField(_("rolling resistance coefficient"), default=0.00475)
    height_m = models.FloatField(_("height, m"), default=4.0)
    width_m = models.FloatField(_("width, m"), default=2.55)
    length_m = models.FloatField(_("length, m"), default=17.1)
    axle_load_kg = models.PositiveIntegerField(
        _("heaviest axle load, kg"),
        null=True,
        blank=True,
        help_text=_("Loaded to the permitted gross mass; empty if not known."),
    )

    class Meta:
        verbose_name = _("truck model")
        verbose_name_plural = _("truck models")
        ordering = ["maker", "name"]
        constraints = [
            models.UniqueConstraint(fields=["maker", "name"], name="fleet_truck_model_is_unique"),
            models.CheckConstraint(
                condition=Q(pack_positions__range=(1, 3)),
                name="fleet_truck_model_has_one_to_three_pack_positions",
            ),
            models.CheckConstraint(
                condition=Q(gross_mass_kg__gt=F("curb_mass_kg")),
                name="fleet_truck_model_can_carry_a_load",
            ),
            models.CheckConstraint(
                condition=Q(height_m__gt=0, width_m__gt=0, length_m__gt=0),
                name="fleet_truck_model_has_a_size",
            ),
            models.CheckConstraint(
                condition=Q(axle_load_kg__isnull=True)
                | Q(axle_load_kg__gt=0, axle_load_kg__lte=F("gross_mass_kg")),
                name="fleet_truck_model_stands_on_several_axles",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.maker} {self.name}"


@pghistory.track()
class Truck(models.Model):
    """A battery-swap truck."""

    vin = VinField(_("VIN"), max_length=17, unique=True)
    plate = PlateField(_("plate"), max_length=12, unique=True)
    model = models.ForeignKey(
        TruckModel,
        models.PROTECT,
        related_name="trucks",
        verbose_name=_("model"),
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        related_name="trucks",
        verbose_name=_("region"),
    )
    reserve_percent = models.PositiveSmallIntegerField(
        _("reserve, %"),
        default=15,
        help_text=_("Charge that is never planned away."),
        validators=[MaxValueValidator(60)],
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("truck")
        verbose_name_plural = _("trucks")
        ordering = ["plate"]
        indexes = [
            *found_by("plate", name="fleet_truck_plate"),
            *found_by("vin", name="fleet_truck_vin"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(vin__regex=r"^[A-HJ-NPR-Z0-9]{17}$"),
                name="fleet_truck_vin_is_well_formed",
            ),
            models.CheckConstraint(
                condition=Q(reserve_percent__lte=60),
                name="fleet_truck_reserve_leaves_energy",
            ),
        ]

    def __str__(self) -> str:
        return self.plate


@pghistory.track()
class TruckTenure(models.Model):
    """Who owns a truck, or runs it as its carrier, from when to when."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        CARRIER = "carrier", _("carrier")

    truck = models.ForeignKey(
        Truck,
        models.PROTECT,
        related_name="tenures",
        verbose_name=_("truck"),
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    operator = models.ForeignKey(
        Operator,
        models.PROTECT,
        related_name="truck_tenures",
        verbose_name=_("operator"),
    )
    during = DateTimeRangeField(_("during"))

    class Meta:
        verbose_name = _("truck tenure")
        verbose_name_plural = _("truck tenures")
        ordering = ["truck", "role", "during"]
        constraints = [
            ExclusionConstraint(
                name="fleet_truck_has_one_owner_and_one_carrier_at_a_time",
                expressions=[
                    ("truck", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(role__in=["owner", "carrier"]),
                name="fleet_tenure_has_a_known_role",
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False),
                name="fleet_tenure_lasts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.truck}: {self.get_role_display()} {self.operator}"


class TruckSight(models.Model):
    """A station operator may see a truck while it is promised a swap there."""

    truck = models.ForeignKey(Truck, models.CASCADE, related_name="sights")
    operator = models.ForeignKey(Operator, models.CASCADE, related_name="truck_sights")
    during = DateTimeRangeField()
    assignment_id = models.BigIntegerField(unique=True)

    def __str__(self) -> str:
        return f"{self.operator_id} sees {self.truck_id}"
