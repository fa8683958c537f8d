"""A list as somebody likes it: filters, columns and order under a name."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fleet.models.operator import User


@pghistory.track()
class SavedView(models.Model):
    """One view of one list; shared with everybody of its owner's operator, or the owner's alone."""

    owner = models.ForeignKey(
        User, models.CASCADE, related_name="saved_views", verbose_name=_("owner")
    )
    listing = models.CharField(_("list"), max_length=60, help_text=_("As fleet.truck."))
    name = models.CharField(_("name"), max_length=60)
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    columns = ArrayField(
        models.CharField(max_length=60), verbose_name=_("columns"), default=list, blank=True
    )
    ordering = ArrayField(
        models.CharField(max_length=60), verbose_name=_("order"), default=list, blank=True
    )
    is_shared = models.BooleanField(_("shared with the operator"), default=False)
    is_default = models.BooleanField(_("opens first"), default=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["listing", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "listing", "name"], name="fleet_view_has_its_own_name"
            ),
            models.UniqueConstraint(
                fields=["owner", "listing"],
                condition=Q(is_default=True),
                name="fleet_one_view_opens_first",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="fleet_view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
