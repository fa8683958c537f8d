"""Read settings from the environment; a bad or missing value stops the start with one sentence."""

import os
from pathlib import Path
from typing import Any, NoReturn

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
_YES, _NO = {"1", "yes", "true", "on"}, {"", "0", "no", "false", "off"}


class SettingError(SystemExit):
    """A setting is missing or wrong; the message is the one sentence people see."""


def fail(sentence: str) -> NoReturn:
    """Stop the start with one clear sentence."""
    raise SettingError(f"yizhan: {sentence}")


def text(name: str, default: str) -> str:
    """Return the text of `name`."""
    return os.environ.get(name, "") or default


def required(name: str, hint: str) -> str:
    """Return the text of `name`, or stop and say what to set."""
    return text(name, "") or fail(f"{name} is not set. {hint}")


def words(name: str, default: list[str]) -> list[str]:
    """Return the comma-separated words of `name`."""
    return [word.strip() for word in text(name, ",".join(default)).split(",") if word.strip()]


def pairs(name: str) -> dict[str, str]:
    """Return the comma-separated `word=value` of `name`."""
    found = dict(word.partition("=")[::2] for word in words(name, []))
    if not all(found.values()):
        fail(f"{name} is '{os.environ[name]}', which is not a list of word=value.")
    return found


def flag(name: str) -> bool:
    """Return whether `name` is on; off when it is not set."""
    value = os.environ.get(name, "").lower()
    if value not in _YES | _NO:
        fail(f"{name} is '{value}', which is neither yes nor no.")
    return value in _YES


def number(name: str, default: float) -> float:
    """Return the number in `name`."""
    try:
        return float(text(name, str(default)))
    except ValueError:
        fail(f"{name} is '{os.environ[name]}', which is not a number.")


def whole(name: str, default: int) -> int:
    """Return the whole number in `name`."""
    try:
        return int(text(name, str(default)))
    except ValueError:
        fail(f"{name} is '{os.environ[name]}', which is not a whole number.")


def address(name: str, default: str) -> str:
    """Return the http(s) address in `name`, without a slash at its end."""
    value = text(name, default)
    if not value.startswith(("http://", "https://")):
        fail(f"{name} is '{value}', which does not begin with http:// or https://.")
    return value.rstrip("/")


def choice(name: str, choices: tuple[str, ...]) -> str:
    """Return which of the choices `name` is; the first when it is not set."""
    value = text(name, choices[0])
    if value not in choices:
        fail(f"{name} is '{value}', which is none of {', '.join(choices)}.")
    return value


def postgresql(name: str, url: str) -> dict[str, Any]:
    """Return Django's form of a PostgreSQL address."""
    if not url.startswith(("postgresql://", "postgres://")):
        fail(f"{name} is not an address of PostgreSQL. Example: postgresql://user:secret@host/name")
    database: dict[str, Any] = environ.Env.db_url_config(
        url, engine="django.db.backends.postgresql"
    )
    return database
