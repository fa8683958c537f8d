"""Read settings from the environment; a bad or missing value stops the start with one sentence."""

from pathlib import Path
from typing import NoReturn

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


class SettingError(SystemExit):
    """A setting is missing or wrong; the message is the one sentence people see."""


def fail(sentence: str) -> NoReturn:
    """Stop the start with one clear sentence."""
    raise SettingError(f"yizhan: {sentence}")


def required(name: str, hint: str) -> str:
    """Return the text of `name`, or stop and say what to set."""
    value: str = env.str(name, default="")
    return value or fail(f"{name} is not set. {hint}")
