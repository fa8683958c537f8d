"""The work of trucks: trips from place to place, and shuttles that repeat them."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fleet.models import Operator, Place, Truck
from fleet.models.found import found_by


@pghistory.track()
class Shuttle(models.Model):
    """A truck that goes to and fro between two places: trips that repeat themselves."""

    carrier = models.ForeignKey(
        Operator,
        models.PROTECT,
        related_name="+",
        verbose_name=_("carrier"),
    )
    truck = models.ForeignKey(Truck, models.PROTECT, related_name="+", verbose_name=_("truck"))
    origin = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("from"))
    destination = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("to"))
    load_out_kg = models.PositiveIntegerField(_("load out, kg"), default=31000)
    load_back_kg = models.PositiveIntegerField(_("load back, kg"), default=0)
    dwell_s = models.PositiveIntegerField(_("loading or unloading time, s"), default=1800)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("shuttle")
        verbose_name_plural = _("shuttles")
        ordering = ["truck"]
        constraints = [
            models.UniqueConstraint(
                fields=["truck"],
                condition=Q(is_active=True),
                name="dispatch_truck_runs_one_shuttle",
            ),
            models.CheckConstraint(
                condition=~Q(origin=F("destination")),
                name="dispatch_shuttle_goes_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.truck}: {self.origin} ⇄ {self.destination}"


@pghistory.track()
class Trip(models.Model):
    """One drive of a truck from place to place with a load."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        UNDERWAY = "underway", _("underway")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    carrier = models.ForeignKey(
        Operator,
        models.PROTECT,
        related_name="+",
        verbose_name=_("carrier"),
    )
    external_id = models.CharField(
        _("order number"),
        max_length=60,
        blank=True,
        help_text=_("The carrier's own number; a trip posted twice under it is one trip."),
    )
    truck = models.ForeignKey(
        Truck,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("truck"),
    )
    shuttle = models.ForeignKey(
        Shuttle,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="trips",
        verbose_name=_("shuttle"),
    )
    origin = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("from"))
    destination = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("to"))
    load_kg = models.PositiveIntegerField(_("load, kg"), default=0)
    ready_at = models.DateTimeField(_("may leave at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    dwell_s = models.PositiveIntegerField(
        _("unloading time at the destination, s"),
        default=1800,
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    loading_at = models.DateTimeField(_("seen at the origin at"), null=True, blank=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason of the cancellation"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("trip")
        verbose_name_plural = _("trips")
        ordering = ["ready_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["carrier", "external_id"],
                condition=~Q(external_id=""),
                name="dispatch_trip_is_ordered_once",
            ),
            models.UniqueConstraint(
                fields=["truck"],
                condition=Q(state="underway"),
                name="dispatch_truck_is_on_one_trip",
            ),
            models.CheckConstraint(
                condition=~Q(origin=F("destination")),
                name="dispatch_trip_goes_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(due_at__gt=F("ready_at")),
                name="dispatch_trip_is_due_after_it_may_leave",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "underway", "done", "cancelled"]),
                name="dispatch_trip_has_a_known_state",
            ),
        ]
        indexes = [
            # The snapshot's question: what is still ahead of each truck?
            models.Index(
                fields=["truck", "ready_at"],
                condition=Q(state__in=["planned", "underway"]),
                name="dispatch_trips_ahead",
            ),
            *found_by("external_id", name="dispatch_trip_order"),
        ]

    def __str__(self) -> str:
        return f"{self.origin} → {self.destination}"
