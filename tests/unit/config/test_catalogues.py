import gettext
import io
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.catalogues import LOCALES, compile_catalogues, encoded, messages

CATALOGUE = """
#, fuzzy
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

#: a.py:1
msgid "truck"
msgstr "卡车"

#, fuzzy
msgid "pack"
msgstr "背包"

msgid "untranslated"
msgstr ""

msgctxt "verb"
msgid "swap"
msgstr "换电"

#, python-format
msgid "%(n)s pack"
msgid_plural "%(n)s packs"
msgstr[0] "%(n)s 块电池"

msgid ""
"a \\"long\\" "
"text"
msgstr "长"
"文"

#~ msgid "gone"
#~ msgstr "没了"
"""


def read(data: bytes) -> gettext.GNUTranslations:
    return gettext.GNUTranslations(io.BytesIO(data))


def test_what_gettext_reads_is_what_the_catalogue_says() -> None:
    catalogue = read(encoded(messages(CATALOGUE)))
    assert catalogue.gettext("truck") == "卡车"
    assert catalogue.pgettext("verb", "swap") == "换电"
    assert catalogue.ngettext("%(n)s pack", "%(n)s packs", 3) == "%(n)s 块电池"
    assert catalogue.gettext('a "long" text') == "长文"
    for left_out in ("pack", "untranslated", "gone", "swap"):
        assert catalogue.gettext(left_out) == left_out


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x04"), min_size=1)


@given(st.dictionaries(words, words))
def test_any_text_comes_back(translations: dict[str, str]) -> None:
    head = {"": "Content-Type: text/plain; charset=UTF-8\n"}
    catalogue = read(encoded(head | translations))
    for message, translation in translations.items():
        assert catalogue.gettext(message) == translation


def test_only_what_changed_is_compiled_again(tmp_path: Path) -> None:
    place = tmp_path / "zh_Hans" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "django.po").write_text(CATALOGUE)
    assert compile_catalogues(tmp_path) == [place / "django.mo"]
    assert compile_catalogues(tmp_path) == []
    os.utime(place / "django.po", (2e9, 2e9))
    assert compile_catalogues(tmp_path) == [place / "django.mo"]


@pytest.mark.skipif(not shutil.which("msgfmt"), reason="compares with gettext's own msgfmt")
def test_it_agrees_with_msgfmt(tmp_path: Path) -> None:
    sources = [*LOCALES.glob("*/LC_MESSAGES/*.po"), tmp_path / "small.po"]
    (tmp_path / "small.po").write_text(CATALOGUE)
    for source in sources:
        subprocess.run(["msgfmt", "-o", tmp_path / "a.mo", source], check=True)
        theirs = read((tmp_path / "a.mo").read_bytes())._catalog  # type: ignore[attr-defined]  # gettext hides it
        ours = read(encoded(messages(source.read_text())))._catalog  # type: ignore[attr-defined]  # gettext hides it
        assert ours == theirs


def chinese() -> dict[str, str]:
    source = LOCALES / "zh_Hans" / "LC_MESSAGES" / "django.po"
    return messages(source.read_text(encoding="utf-8"))


def test_no_message_of_the_chinese_catalogue_is_untranslated_or_fuzzy() -> None:
    text = (LOCALES / "zh_Hans" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    asked = re.findall(r"^msgid ", text, re.MULTILINE)
    assert len(chinese()) == len(asked) > 700
    assert "fuzzy" not in text


def test_a_translation_keeps_the_values_its_message_names() -> None:
    value = re.compile(r"%\(\w+\)[sd]")
    for message, translation in chinese().items():
        named = {*value.findall(message)}
        assert {*value.findall(translation)} == named, message
