"""The web application, for granian: `granian --interface asginl config.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

from config.bodies import BodyLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = BodyLimit(get_asgi_application())
