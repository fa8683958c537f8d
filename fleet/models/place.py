"""Where things are: planning regions and places."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fleet.models.named import local_name
from fleet.models.position import PositionedModel, position_in_range


@pghistory.track()
class Region(models.Model):
    """A planning region: trucks and stations in it are planned together."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]

    def __str__(self) -> str:
        return local_name(self.name, self.name_zh)


@pghistory.track()
class Place(PositionedModel):
    """A mine, mill, port or depot that trips go between."""

    class Kind(models.TextChoices):
        MINE = "mine", _("mine")
        MILL = "mill", _("steel mill")
        PORT = "port", _("port")
        DEPOT = "depot", _("depot")
        OTHER = "other", _("other")

    operator = models.ForeignKey(
        "fleet.Operator",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="places",
        verbose_name=_("operator"),
        help_text=_("Empty: shared by all."),
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        related_name="places",
        verbose_name=_("region"),
    )
    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    radius_m = models.PositiveIntegerField(_("geofence radius, m"), default=800)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["name"]
        constraints = [
            position_in_range("fleet_place_is_on_earth"),
            models.CheckConstraint(
                condition=Q(kind__in=["mine", "mill", "port", "depot", "other"]),
                name="fleet_place_has_a_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return local_name(self.name, self.name_zh)
