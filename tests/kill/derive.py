"""`python -m tests.kill.derive`: do what late reports promise: derive the days they are of."""

import django

django.setup()

from datetime import timedelta

from django.conf import settings

from fleet import clock
from fleet.models import Job
from telematics.services.days.due import SETTLE_TASK, promise_dirty_days, settle

RETENTION = timedelta(days=settings.REPORT_RETENTION_DAYS)

while promise_dirty_days():
    pass
for job in Job.objects.filter(name=SETTLE_TASK, state=Job.State.PENDING):
    settle(**job.payload, now=clock.now(), retention=RETENTION)
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
