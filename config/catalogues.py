"""Compile the translations, `.po` to `.mo`, as gettext's msgfmt would. Standard library only.

The `.mo` files are made where they are used and not kept in the repository, so that none is stale
and nobody needs gettext installed: `python -m config.catalogues`.
"""

import ast
import re
import struct
from collections.abc import Iterator
from pathlib import Path

LOCALES = Path(__file__).resolve().parent / "locale"
_MAGIC = 0x950412DE
_PART = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(".*")\s*')
_FUZZY = re.compile(r"^#,.*\bfuzzy\b", re.MULTILINE)


def compile_catalogues(root: Path = LOCALES) -> list[Path]:
    """Compile each catalogue whose `.mo` is missing or older, and return what was written."""
    written = []
    for source in sorted(root.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            fresh = target.with_suffix(".new")
            fresh.write_bytes(encoded(messages(source.read_text(encoding="utf-8"))))
            fresh.replace(target)
            written.append(target)
    return written


def messages(text: str) -> dict[str, str]:
    """Return each translated message of a catalogue, keyed as a `.mo` file keys it.

    A context stands before its message with EOT between them, plural forms are joined by NUL.
    Fuzzy and untranslated messages are left out, as gettext leaves them.
    """
    found = {}
    for entry in _entries(text):
        translations = [value for name, value in entry.items() if name.startswith("msgstr")]
        if not all(translations) or not translations:
            continue
        key = entry["msgid"]
        if "msgctxt" in entry:
            key = f"{entry['msgctxt']}\x04{key}"
        if "msgid_plural" in entry:
            key = f"{key}\0{entry['msgid_plural']}"
        found[key] = "\0".join(translations)
    return found


def _entries(text: str) -> Iterator[dict[str, str]]:
    for block in re.split(r"\n\s*\n", text):
        entry: dict[str, str] = {}
        part = ""
        for line in block.splitlines():
            words = _PART.fullmatch(line)
            if words:
                part = words[1]
                entry[part] = ""
            if words or line.startswith('"'):
                entry[part] += ast.literal_eval(words[2] if words else line)
        # The header counts even when it is marked fuzzy, as makemessages first writes it.
        if entry and (not entry["msgid"] or not _FUZZY.search(block)):
            yield entry


def encoded(translations: dict[str, str]) -> bytes:
    """Return the bytes of a `.mo` file: a header, two tables of lengths and offsets, the texts."""
    pairs = sorted((k.encode(), v.encode()) for k, v in translations.items())
    count, header = len(pairs), 7 * 4
    offset = header + 16 * count
    tables: list[list[int]] = [[], []]
    body = b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += [len(pair[column]), offset + len(body)]
            body += pair[column] + b"\0"
    head = struct.pack("<7I", _MAGIC, 0, count, header, header + 8 * count, 0, 0)
    return head + struct.pack(f"<{4 * count}I", *tables[0], *tables[1]) + body


if __name__ == "__main__":
    for made in compile_catalogues():
        print(f"compiled {made}")
