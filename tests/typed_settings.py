"""The settings as mypy's Django plugin reads them: no environment, no server."""

import os

os.environ.setdefault("SECRET_KEY", "types")
os.environ.setdefault("DATABASE_URL", "postgresql://types@127.0.0.1:1/types")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")

from config.settings import *  # noqa: F403 -- after the environment is set

INSTALLED_APPS = [*INSTALLED_APPS, "tests.benchmarks.ingest.baseline"]  # noqa: F405  comes with the star
