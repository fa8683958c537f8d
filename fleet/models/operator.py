"""Who takes part: operators (the tenants) and their users."""

import pghistory
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fleet.models.place import Region


@pghistory.track()
class Operator(models.Model):
    """A company or authority with its own users and data: the tenant."""

    class Kind(models.TextChoices):
        CARRIER = "carrier", _("carrier")
        STATION_OPERATOR = "station_operator", _("station operator")
        PACK_BANK = "pack_bank", _("pack bank")
        SUPERVISOR = "supervisor", _("supervisor")

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    regions = models.ManyToManyField(
        Region,
        blank=True,
        help_text=_("For supervisors: the regions they may look at."),
        related_name="supervisors",
        verbose_name=_("supervised regions"),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["carrier", "station_operator", "pack_bank", "supervisor"]),
                name="fleet_operator_has_a_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractUser):
    """A person who signs in; belongs to one operator and has one role there."""

    class Role(models.TextChoices):
        FLEET_MANAGER = "fleet_manager", _("fleet manager")
        DISPATCHER = "dispatcher", _("dispatcher")
        STATION_OPERATOR = "station_operator", _("station operator")
        DRIVER = "driver", _("driver")
        SUPERVISOR = "supervisor", _("supervisor")
        AUDITOR = "auditor", _("auditor")

    operator = models.ForeignKey(
        Operator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name=_("operator"),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.AUDITOR)
    language = models.CharField(
        _("language"),
        max_length=10,
        default="zh-hans",
        choices=[("zh-hans", "简体中文"), ("en", "English")],
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_superuser=True) | Q(operator__isnull=False),
                name="fleet_user_belongs_to_an_operator",
            ),
            models.CheckConstraint(
                condition=Q(
                    role__in=[
                        "fleet_manager",
                        "dispatcher",
                        "station_operator",
                        "driver",
                        "supervisor",
                        "auditor",
                    ],
                ),
                name="fleet_user_has_a_known_role",
            ),
            models.CheckConstraint(
                condition=~Q(role="driver") | Q(is_staff=False) | Q(is_staff=F("is_superuser")),
                name="fleet_driver_is_no_staff",
            ),
        ]
