from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FleetConfig(AppConfig):
    """What exists and who holds it."""

    name = "fleet"
    verbose_name = _("Fleet")
