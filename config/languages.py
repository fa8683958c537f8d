"""The language of an answer: what its reader asked for, and what programs get that ask for none."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

API = "/api/"
OF_THE_CONTRACT = "en"


class Languages(LocaleMiddleware):
    """As Django has it; under `/api/`, who names no language is answered in the contract's."""

    def process_request(self, request: HttpRequest) -> None:
        """Choose the language before anything is written."""
        super().process_request(request)
        names_one = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        if request.path.startswith(API) and not (names_one or "Accept-Language" in request.headers):
            translation.activate(OF_THE_CONTRACT)
            request.LANGUAGE_CODE = OF_THE_CONTRACT
