"""Names in two languages: the reader's, where there is one."""

from django.utils.translation import get_language


def local_name(name: str, name_zh: str, *, language: str | None = None) -> str:
    """Return the Chinese name to who reads Chinese, if there is one; by default as we speak now."""
    reads = get_language() if language is None else language
    return name_zh if name_zh and (reads or "").startswith("zh") else name
