from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchConfig(AppConfig):
    """What is decided."""

    name = "dispatch"
    verbose_name = _("Dispatch")
