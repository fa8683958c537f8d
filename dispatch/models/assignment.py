"""Promises: which truck swaps where, in which lane, when, with which packs."""

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, Q
from django.utils.translation import gettext_lazy as _

from dispatch.lifecycle import LIVE, MOVES, STATES
from dispatch.models.plan import PlanRun
from dispatch.models.trip import Trip
from fleet.models import Driver, Lane, Pack, Region, SwapStation, Truck, User

ROAD_CLASSES = [
    ("urban", _("town")),
    ("regional", _("regional road")),
    ("long_haul", _("expressway")),
    ("urban_stop", _("town, after a stop")),
    ("regional_stop", _("regional road, after a stop")),
    ("long_haul_stop", _("expressway, after a stop")),
]
STATE_NAMES = {
    "offered": _("offered"),
    "accepted": _("accepted"),
    "declined": _("declined"),
    "expired": _("expired"),
    "en_route": _("en route"),
    "arrived": _("arrived"),
    "queued": _("queued"),
    "swapping": _("swapping"),
    "done": _("done"),
    "no_show": _("no-show"),
    "cancelled": _("cancelled"),
    "diverted": _("diverted"),
    "failed": _("failed"),
}

LANE_IS_OPEN = """
    IF NEW.state NOT IN ('offered', 'accepted', 'en_route') THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND NEW.lane_id = OLD.lane_id THEN RETURN NEW; END IF;
    -- Who closes the station or a lane locks the station first: one comes before the other.
    PERFORM 1 FROM fleet_swapstation s WHERE s.id = NEW.station_id FOR SHARE;
    PERFORM 1 FROM fleet_closure c
      WHERE c.station_id = NEW.station_id AND (c.lane_id IS NULL OR c.lane_id = NEW.lane_id)
        AND c.during && NEW.occupies;
    IF FOUND THEN
        RAISE EXCEPTION 'lane % is closed then', NEW.lane_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispatch_closed_lane_takes_nobody';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class SwapAssignment(models.Model):
    """A promise to a truck: station, lane, packs and time; moves only along `lifecycle.MOVES`."""

    region = models.ForeignKey(
        Region,
        models.PROTECT,
        related_name="+",
        verbose_name=_("region"),
    )
    truck = models.ForeignKey(Truck, models.PROTECT, related_name="+", verbose_name=_("truck"))
    driver = models.ForeignKey(
        Driver,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("driver"),
    )
    trip = models.ForeignKey(
        Trip,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("trip"),
        help_text=_("The trip on whose way the truck swaps."),
    )
    station = models.ForeignKey(
        SwapStation,
        models.PROTECT,
        related_name="+",
        verbose_name=_("station"),
    )
    lane = models.ForeignKey(Lane, models.PROTECT, related_name="+", verbose_name=_("lane"))
    plan_run = models.ForeignKey(
        PlanRun,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("plan run"),
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=list(STATE_NAMES.items()),
        default="offered",
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    window = DateTimeRangeField(_("arrival window"))
    occupies = DateTimeRangeField(_("lane occupied"))
    eta = models.DateTimeField(_("ETA"))
    leave_by_at = models.DateTimeField(_("leave by"))
    distance_m = models.PositiveIntegerField(_("distance, m"))
    soc_on_arrival_percent = models.FloatField(_("charge on arrival, %"))
    probability = models.FloatField(_("probability"), default=0.9)
    road_class = models.CharField(
        _("kind of road"), max_length=20, blank=True, choices=ROAD_CLASSES
    )
    packs_ready_at = models.DateTimeField(
        _("packs charged at"),
        null=True,
        blank=True,
        help_text=_("Empty: they were charged when the swap was promised."),
    )
    detour_s = models.PositiveIntegerField(_("detour, s"), null=True, blank=True)
    least_detour_s = models.PositiveIntegerField(
        _("least detour, s"),
        null=True,
        blank=True,
        help_text=_("By the station the truck would have chosen alone."),
    )
    why = models.JSONField(_("why"), default=dict)
    options = models.JSONField(_("chosen and refused stations"), default=list)
    decided_on = models.JSONField(
        _("decided on"),
        default=dict,
        help_text=_("Where the truck was, its stops ahead, and its ways by stations."),
    )
    check_in_code = models.CharField(_("check-in code"), max_length=6)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    decided_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        help_text=_("Empty: the planner."),
    )
    offered_at = models.DateTimeField(_("offered at"))
    offer_expires_at = models.DateTimeField(_("offer expires at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    swapping_at = models.DateTimeField(_("swap began at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["-offered_at"]
        constraints = [
            # Deferrable, so that a delay may move several swaps of a lane in one transaction.
            ExclusionConstraint(
                name="dispatch_lane_takes_one_truck_at_a_time",
                expressions=[
                    ("lane", RangeOperators.EQUAL),
                    ("occupies", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=LIVE),
                deferrable=Deferrable.IMMEDIATE,
            ),
            ExclusionConstraint(
                name="dispatch_truck_is_in_one_lane_at_a_time",
                expressions=[
                    ("truck", RangeOperators.EQUAL),
                    ("occupies", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=LIVE),
            ),
            models.UniqueConstraint(
                fields=["trip"],
                condition=Q(state__in=LIVE),
                name="dispatch_one_live_swap_a_trip",
            ),
            models.UniqueConstraint(
                fields=["station", "check_in_code"],
                condition=Q(state__in=LIVE),
                name="dispatch_check_in_code_opens_one_swap",
            ),
            models.CheckConstraint(
                condition=Q(state__in=STATES),
                name="dispatch_assignment_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, ended_at__isnull=True)
                | (~Q(state__in=LIVE) & Q(ended_at__isnull=False)),
                name="dispatch_assignment_ends_when_it_is_over",
            ),
        ]
        indexes = [
            models.Index(
                fields=["truck"],
                condition=Q(state__in=LIVE),
                name="dispatch_live_of_truck",
            ),
            models.Index(
                fields=["station"],
                condition=Q(state__in=LIVE),
                name="dispatch_live_of_station",
            ),
            models.Index(fields=["ended_at"], name="dispatch_assignments_by_end"),
            # The order of the list, which else would sort all of them for one page.
            models.Index(fields=["-offered_at", "-id"], name="dispatch_assignments_by_offer"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="moves_along_the_table",
                field="state",
                transitions=[(source, target) for source, ends in MOVES.items() for target in ends],
            ),
            pgtrigger.Trigger(
                name="lane_is_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("lane_id"),  # type: ignore[no-untyped-call]  # it has no types
                func=LANE_IS_OPEN,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.truck} → {self.station}"


FITS_THE_SWAP = """
    PERFORM 1
       FROM dispatch_swapassignment a
       JOIN fleet_truck t ON t.id = a.truck_id
       JOIN fleet_truckmodel m ON m.id = t.model_id
       JOIN fleet_pack p ON p.id = NEW.pack_id
      WHERE a.id = NEW.assignment_id AND m.pack_type_id = p.type_id
        AND NEW.position <= m.pack_positions
        AND (NOT EXISTS (SELECT 1 FROM fleet_lane_pack_types l WHERE l.lane_id = a.lane_id)
             OR EXISTS (SELECT 1 FROM fleet_lane_pack_types l
                         WHERE l.lane_id = a.lane_id AND l.packtype_id = p.type_id));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'pack % does not fit assignment %', NEW.pack_id, NEW.assignment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispatch_pack_fits_the_swap';
    END IF;
    RETURN NEW;
"""


PACK_IS_SAFE = """
    IF NOT NEW.is_live THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND OLD.is_live AND NEW.pack_id = OLD.pack_id THEN RETURN NEW; END IF;
    -- Locked: who sets the pack apart or blocks the slot just now comes before or after.
    PERFORM 1 FROM fleet_pack p WHERE p.id = NEW.pack_id AND NOT p.is_quarantined FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'pack % is quarantined', NEW.pack_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispatch_pack_is_safe';
    END IF;
    PERFORM 1 FROM fleet_slot s
      WHERE s.id = (SELECT p.slot_id FROM fleet_pack p WHERE p.id = NEW.pack_id) FOR SHARE;
    PERFORM 1 FROM fleet_slot s JOIN fleet_pack p ON p.slot_id = s.id
      WHERE p.id = NEW.pack_id AND s.is_blocked;
    IF FOUND THEN
        RAISE EXCEPTION 'the slot of pack % is blocked', NEW.pack_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispatch_pack_is_in_no_blocked_slot';
    END IF;
    RETURN NEW;
"""


class PackHold(models.Model):
    """A pack promised to an assignment: nobody else may have it until it is handed out."""

    assignment = models.ForeignKey(SwapAssignment, models.CASCADE, related_name="holds")
    pack = models.ForeignKey(Pack, models.PROTECT, related_name="+", verbose_name=_("pack"))
    position = models.PositiveSmallIntegerField(_("pack position"))
    during = DateTimeRangeField(_("during"))
    is_live = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("pack hold")
        verbose_name_plural = _("pack holds")
        constraints = [
            ExclusionConstraint(
                name="dispatch_pack_is_promised_once_at_a_time",
                expressions=[
                    ("pack", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_live=True),
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.UniqueConstraint(
                fields=["assignment", "position"],
                condition=Q(is_live=True),
                name="dispatch_position_gets_one_pack",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="fits_the_swap",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=FITS_THE_SWAP,
            ),
            pgtrigger.Trigger(
                name="pack_is_safe",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("pack_id", "is_live"),  # type: ignore[no-untyped-call]  # it has no types
                func=PACK_IS_SAFE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack_id} for {self.assignment_id}"
