"""WGS 84 positions, the same on everything that stands somewhere."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PositionedModel(models.Model):
    """Something with a fixed WGS 84 position."""

    latitude_deg = models.FloatField(_("latitude, deg"))
    longitude_deg = models.FloatField(_("longitude, deg"))

    class Meta:
        abstract = True


def position_in_range(name: str) -> models.CheckConstraint:
    """Return the constraint that a WGS 84 position lies on Earth."""
    return models.CheckConstraint(
        condition=Q(latitude_deg__range=(-90, 90), longitude_deg__range=(-180, 180)), name=name
    )
