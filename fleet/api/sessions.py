"""Open and close a driver's session; the page and the API share it."""

from django.contrib.auth import login
from django.http import HttpRequest

from fleet.models import Driver

BACKEND = "django.contrib.auth.backends.ModelBackend"


def open_session(request: HttpRequest, driver: Driver) -> None:
    """Sign the driver in; the session is new, so an old cookie gives nobody a hold on it."""
    request.session.flush()
    login(request, driver.user, backend=BACKEND)
