"""Where mail goes: an SMTP server, a directory, or nowhere."""

from typing import Any

BACKENDS = "django.core.mail.backends"


def mailers(
    *,
    host: str,
    port: int,
    username: str,
    password: str,
    use_tls: bool,
    use_ssl: bool,
    timeout_s: float,
    directory: str,
) -> dict[str, Any]:
    """Return Django's `MAILERS`; without server and directory what is sent is thrown away.

    A port of 0 is the usual one.
    """
    if directory:
        options: dict[str, Any] = {"file_path": directory}
        return {"default": {"BACKEND": f"{BACKENDS}.filebased.EmailBackend", "OPTIONS": options}}
    if not host:
        return {"default": {"BACKEND": f"{BACKENDS}.dummy.EmailBackend"}}
    options = {
        "host": host,
        "port": port or (465 if use_ssl else 587),
        "username": username,
        "password": password,
        "use_ssl": use_ssl,
        "use_tls": use_tls and not use_ssl,
        "timeout": timeout_s,
    }
    return {"default": {"BACKEND": f"{BACKENDS}.smtp.EmailBackend", "OPTIONS": options}}
