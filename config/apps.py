"""The house itself as a Django app: its system checks and the Celery app of every process."""

from django.apps import AppConfig

from config import celery, checks

__all__ = ["ConfigConfig", "celery", "checks"]


class ConfigConfig(AppConfig):
    """Loaded first, so that tasks find their app and checks are registered."""

    name = "config"
    verbose_name = "Yizhan"
