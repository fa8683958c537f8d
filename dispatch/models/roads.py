"""What engines said of roads, kept by map and truck so that it is asked once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RoadBook(models.Model):
    """The drives of one kind of truck on one version of one engine's map."""

    engine = models.CharField(_("engine"), max_length=20)
    map_version = models.CharField(_("version of the map"), max_length=80)
    truck = models.CharField(_("kind of truck"), max_length=60)
    used_at = models.DateTimeField(_("used at"))

    class Meta:
        verbose_name = _("road book")
        verbose_name_plural = _("road books")
        constraints = [
            models.UniqueConstraint(
                fields=["engine", "map_version", "truck"], name="dispatch_road_book_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engine} {self.map_version} {self.truck}"


class RoadLeg(models.Model):
    """A drive from a cell to a cell, as it was asked first (dispatch.services.roads.cells)."""

    pk = models.CompositePrimaryKey("book_id", "start_cell", "end_cell")
    book = models.ForeignKey(RoadBook, models.CASCADE, related_name="legs", db_index=False)
    start_cell = models.BigIntegerField()
    end_cell = models.BigIntegerField()
    finding = models.SmallIntegerField()
    crow_m = models.IntegerField()
    distance_m = models.IntegerField()
    travel_s = models.IntegerField()
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("road leg")
        verbose_name_plural = _("road legs")
        constraints = [
            models.CheckConstraint(
                condition=Q(finding=0, distance_m__gte=0, travel_s__gte=0)
                | Q(finding__in=[1, 2], distance_m=0, travel_s=0),
                name="dispatch_road_leg_is_a_way_or_says_why_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start_cell} → {self.end_cell}"
