"""What a page says to people: its texts without scripts, icons and data, and words of a script."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from django.apps import apps
from django.db import models

SAID = {"title", "placeholder", "aria-label", "alt"}
SILENT = {"script", "style", "template", "code", "pre", "kbd"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
ICONS = ("material-symbols", "material-icons")
LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]*[A-Za-z]")
HAN = re.compile(r"[\u3400-\u9fff]+")
# Names, units, codes and formats: nobody in Tangshan would write them otherwise.
NAMES = "Yizhan OBU VIN SoC SoH ETA ID API GB GCJ WGS CAN BMS LFP NCM DTC SMS WeChat openid English"
UNITS = "km kWh kW Wh kN kg mV mA Hz MB GiB MiB ms ISO UTF CSRF CSP gzip SMTP"
FORMATS = "JSON CSV XLSX XLS Excel HTML TSV YAML ODS PDF URL IP UUID SHA HTTP HTTPS UTC POST GET QR"
KEYS = "OK Ctrl Esc Enter Shift Alt Control Command Mac en zh-hans csv xlsx"
LATIN_ALLOWED = {word for line in (NAMES, UNITS, FORMATS, KEYS) for word in line.split()}
HAN_ALLOWED = {"简体中文", "驿站"}
# Addresses, code in its marks, switches of commands, names of settings, gaps to fill,
# hashes of passwords.
ADDRESS = re.compile(
    r"https?://\S+|/[a-z][\w/{}.-]+|\S+@\S+|--[a-z][\w-]*|`[^`]*`|\w+\*{3,}\w*"
    r"|\b[A-Z]+_[A-Z_]+\b|\{\w+\}|md5|\$\d+\$"
)


class Reader(HTMLParser):
    """Collects what is shown or read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if not self._is_silent():
            self.texts += [given[name] for name in SAID & given.keys()]
            if tag == "input" and given.get("type") in {"submit", "button", "reset"}:
                self.texts.append(given.get("value", ""))
        if tag not in VOID:
            is_icon = any(word in given.get("class", "") for word in ICONS)
            self._open.append((tag, tag in SILENT or is_icon))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, _ = self._open.pop()
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._is_silent():
            self.texts.append(data)

    def _is_silent(self) -> bool:
        return any(silent for _, silent in self._open)


def said_by(html: str) -> list[str]:
    """Return the texts of a page, each on its own."""
    reader = Reader()
    reader.feed(html)
    return [" ".join(text.split()) for text in reader.texts if text.strip()]


def data_values() -> re.Pattern[str]:
    """Return a pattern of every text the tables hold; codes of choices are not data."""
    values: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField)
            if is_text and not field.choices and not field.primary_key:
                rows = model._default_manager.values_list(field.name, flat=True)
                values |= {str(value) for value in rows.distinct() if value}
    longest_first = sorted(map(re.escape, values), key=len, reverse=True)
    return re.compile(rf"(?<![A-Za-z])(?:{'|'.join(longest_first)})(?![A-Za-z])", re.IGNORECASE)


def words_in(
    texts: Iterable[str], *, script: re.Pattern[str], data: re.Pattern[str], allowed: set[str]
) -> set[str]:
    """Return the words of a script in texts that are neither data nor allowed."""
    found: set[str] = set()
    for text in texts:
        rest = ADDRESS.sub(" ", data.sub(" ", text))
        odd = {word for word in script.findall(rest) if word not in allowed}
        found |= {f"{word} ({text[:60]})" for word in odd}
    return found


def foreign_words(html: str, *, language: str, data: re.Pattern[str]) -> set[str]:
    """Return the Latin words a Chinese page says, or the Chinese ones an English page says."""
    is_chinese = language == "zh-hans"
    script, allowed = (LATIN, LATIN_ALLOWED) if is_chinese else (HAN, HAN_ALLOWED)
    return words_in(said_by(html), script=script, data=data, allowed=allowed)
