"""Names in two languages: the reader's, where there is one."""

from django.utils.translation import get_language


def local_name(name: str, name_zh: str) -> str:
    """Return the Chinese name to who reads Chinese, if there is one."""
    return name_zh if name_zh and (get_language() or "").startswith("zh") else name
