"""Entity tags: which state of a thing somebody saw, member by member.

A tag is strong: a mark of 48 bits for each member of the answer, in its order. What was seen can so
be compared with what is, and a stale change be told which members somebody else changed.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

TAG = re.compile(r'(W/)?"([^"]*)"')
MARK_BYTES = 6
MARK_LENGTH = 8  # of its base64


def etag_of(facts: Mapping[str, Any]) -> str:
    """Return the strong tag of an answer, quotes included."""
    return f'"{"".join(_mark(value) for value in facts.values())}"'


def is_unchanged(if_none_match: str, etag: str) -> bool:
    """Say whether a caller has this state already (weak comparison, RFC 9110)."""
    tags = {tag for _weak, tag in TAG.findall(if_none_match)}
    return if_none_match.strip() == "*" or etag.strip('"') in tags


def names_a_state(if_match: str) -> bool:
    """Say whether a caller names what it saw; `*` would be to overwrite whatever there is."""
    return bool(TAG.search(if_match))


def is_seen(if_match: str, etag: str) -> bool:
    """Say whether a caller saw this very state (strong comparison)."""
    return etag.strip('"') in {tag for weak, tag in TAG.findall(if_match) if not weak}


def changed_since(if_match: str, facts: Mapping[str, Any]) -> list[str] | None:
    """Return the members that are not as they were seen; None if the tag does not tell."""
    marks = [_mark(value) for value in facts.values()]
    for _weak, tag in TAG.findall(if_match):
        if len(tag) == len(marks) * MARK_LENGTH:
            seen = [tag[i : i + MARK_LENGTH] for i in range(0, len(tag), MARK_LENGTH)]
            pairs = zip(facts, seen, marks, strict=True)
            return [name for name, before, now in pairs if before != now]
    return None


def _mark(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=MARK_BYTES)
    return base64.urlsafe_b64encode(digest.digest()).decode()
