"""Drivers, their shifts, and the links they sign in with."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fleet.models.found import found_by
from fleet.models.operator import Operator, User
from fleet.models.truck import Truck


@pghistory.track()
class Driver(models.Model):
    """A person who drives for a carrier."""

    carrier = models.ForeignKey(
        Operator,
        models.PROTECT,
        related_name="drivers",
        verbose_name=_("carrier"),
    )
    user = models.OneToOneField(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="driver",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    wechat_openid = models.CharField(
        _("WeChat openid"),
        max_length=64,
        blank=True,
        help_text=_("Of the driver in your mini program, once they agreed to its messages."),
    )
    licence_number = models.CharField(_("licence number"), max_length=30, blank=True)
    licence_expires_on = models.DateField(_("licence expires on"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")
        ordering = ["name", "pk"]
        indexes = [
            *found_by("name", name="fleet_driver_name", inside=False),
            *found_by("phone", name="fleet_driver_phone", inside=False),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Shift(models.Model):
    """A driver on a truck, from the moment both truck and packs were confirmed."""

    driver = models.ForeignKey(
        Driver,
        models.PROTECT,
        related_name="shifts",
        verbose_name=_("driver"),
    )
    truck = models.ForeignKey(
        Truck,
        models.PROTECT,
        related_name="shifts",
        verbose_name=_("truck"),
    )
    pack_codes = ArrayField(
        models.CharField(max_length=24),
        verbose_name=_("packs confirmed"),
        default=list,
    )
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["driver"],
                condition=Q(ended_at__isnull=True),
                name="fleet_driver_is_on_one_shift",
            ),
            models.UniqueConstraint(
                fields=["truck"],
                condition=Q(ended_at__isnull=True),
                name="fleet_truck_is_on_one_shift",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="fleet_shift_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.driver} · {self.truck}"


class SignInLink(models.Model):
    """A one-time link or QR that signs a driver in; only its hash is stored."""

    driver = models.ForeignKey(Driver, models.CASCADE, related_name="sign_in_links")
    token_sha256 = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sign-in link of {self.driver_id}"
