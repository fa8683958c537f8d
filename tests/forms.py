"""What a browser sends with a form of the admin besides what people type."""

import html
import re
from typing import Any

from django.test import Client


def seen(client: Client, url: str, **changes: Any) -> dict[str, Any]:
    """Open a change form and return what it sends back if only `changes` are typed."""
    page = client.get(url).content.decode()
    found = re.search(r'name="_seen" value="([^"]*)"', page)
    assert found, page[:2000]
    return {"_seen": html.unescape(found[1]), **changes}
