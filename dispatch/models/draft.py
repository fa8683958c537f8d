"""Drafts of the plan workbench: what a person would change, and what a preview said of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fleet.models import Lane, Region, SwapStation, Truck, User


class PlanDraft(models.Model):
    """One person's draft for a region, and the last preview of it; promises nothing by itself.

    Each change makes a new `revision`; a worker answers with the `result` of one, its
    `solved_revision`. What is shown of another revision is out of date.
    """

    class Phase(models.TextChoices):
        IDLE = "idle", _("nothing asked")
        ASKED = "asked", _("waits for a worker")
        READING = "reading", _("reads the region")
        PLANNING = "planning", _("plans")
        COMPARING = "comparing", _("compares")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    region = models.ForeignKey(Region, models.CASCADE, related_name="+", verbose_name=_("region"))
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("by"))
    revision = models.PositiveIntegerField(default=0)
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.IDLE)
    phase_at = models.DateTimeField()
    planner = models.CharField(max_length=30, blank=True, help_text=_("Empty: the settings' one."))
    solved_revision = models.PositiveIntegerField(null=True)
    solved_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("draft of a plan")
        verbose_name_plural = _("drafts of plans")
        constraints = [
            models.UniqueConstraint(
                fields=["region", "user"], name="dispatch_one_draft_a_person_and_region"
            ),
            models.CheckConstraint(
                condition=Q(
                    phase__in=[
                        "idle",
                        "asked",
                        "reading",
                        "planning",
                        "comparing",
                        "done",
                        "failed",
                    ]
                ),
                name="dispatch_draft_has_a_known_phase",
            ),
            models.CheckConstraint(
                condition=Q(solved_revision__isnull=True) | Q(solved_revision__lte=F("revision")),
                name="dispatch_draft_is_solved_after_it_is_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.user}"


class DraftEdit(models.Model):
    """One thing a person would have: keep a promise, forbid a station, send a truck."""

    class Kind(models.TextChoices):
        PIN = "pin", _("keep as it is")
        FORBID = "forbid", _("forbid a station")
        MOVE = "move", _("send to a station")

    draft = models.ForeignKey(PlanDraft, models.CASCADE, related_name="edits")
    kind = models.CharField(_("what"), max_length=6, choices=Kind)
    truck = models.ForeignKey(Truck, models.CASCADE, related_name="+", verbose_name=_("truck"))
    station = models.ForeignKey(
        SwapStation, models.CASCADE, null=True, related_name="+", verbose_name=_("station")
    )
    lane = models.ForeignKey(Lane, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(_("not before"), null=True)
    until = models.DateTimeField(_("until"), null=True)
    made_at = models.DateTimeField()
    refusal = models.JSONField(null=True, help_text=_("Why it could not be written, last time."))

    class Meta:
        verbose_name = _("edit of a draft")
        verbose_name_plural = _("edits of drafts")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="pin", station__isnull=True, until__isnull=True)
                | Q(kind="forbid", station__isnull=False, until__isnull=False)
                | Q(kind="move", station__isnull=False, until__isnull=True),
                name="dispatch_edit_says_what_its_kind_needs",
            ),
            models.UniqueConstraint(
                fields=["draft", "truck"],
                condition=Q(kind__in=["pin", "move"]),
                name="dispatch_draft_has_one_place_a_truck",
            ),
            models.UniqueConstraint(
                fields=["draft", "truck", "station"],
                condition=Q(kind="forbid"),
                name="dispatch_draft_forbids_a_station_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.truck}"
