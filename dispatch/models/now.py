"""The trucks of the registry, looked at as they are now."""

from django.utils.translation import gettext_lazy as _

from fleet.models import Truck


class LiveTruck(Truck):
    """A truck with its charge, its age and its next swap."""

    class Meta:
        proxy = True
        verbose_name = _("truck now")
        verbose_name_plural = _("trucks now")
        ordering = ["plate"]
