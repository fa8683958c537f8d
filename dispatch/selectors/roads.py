"""Which roads the plans of late were made on."""

import re

from django.conf import settings

from dispatch.models import PlanRun


def roads_in_use() -> str:
    """Say what answered the last plan, without numbers of the fleet; else what is set."""
    marked = PlanRun.objects.exclude(travel="").order_by("-started_at")
    mark = marked.values_list("travel", flat=True).first()
    if mark is None:
        return f"{settings.TRAVEL_PROVIDER}, no plan yet"
    return re.sub(r"\d+ of \d+ drives by", "partly", mark)
