"""Static files from the web process itself, without leaving the event loop for other requests."""

from inspect import iscoroutinefunction, markcoroutinefunction
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise, able to stand in an ASGI chain and to start before collectstatic ran."""

    async_capable = True

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Answer the file, or pass the request on."""
        return (
            self._answer_async(request) if iscoroutinefunction(self) else super().__call__(request)
        )

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        answer = super().__call__(request)
        return answer if isinstance(answer, HttpResponseBase) else await answer

    def add_files(self, root: str | Path, prefix: str | None = None) -> None:
        """Add a directory of files if it is there."""
        if Path(root).is_dir():
            super().add_files(root, prefix)
