"""Pages about the API: what each refusal means, and the contract to read and try."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from fleet.api.codes import CODES


@require_safe
def problem_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a code means and what to do."""
    if code not in CODES:
        raise Http404
    return render(request, "fleet/problem.html", {"code": code, "about": CODES[code]})


@require_safe
def problems_page(request: HttpRequest) -> HttpResponse:
    """List every code."""
    return render(request, "fleet/problems.html", {"codes": sorted(CODES.items())})


@require_safe
def docs_page(request: HttpRequest) -> HttpResponse:
    """Show the contract, readable and to try, without an outside network."""
    return render(request, "fleet/api_docs.html")


class SchemaView(SpectacularAPIView):
    """`GET /api/v1/schema`: the contract, the same in every language."""

    authentication_classes = []
    permission_classes = []

    @extend_schema(
        operation_id="schema",
        tags=["contract"],
        responses={
            (200, "application/vnd.oai.openapi"): OpenApiTypes.OBJECT,
            (200, "application/vnd.oai.openapi+json"): OpenApiTypes.OBJECT,
            404: OpenApiResponse(description="`not_found`: there is no such format"),
            406: OpenApiResponse(description="`not_acceptable`"),
        },
        examples=[
            OpenApiExample("beginning", {"openapi": "3.1.0"}, response_only=True, media_type=media)
            for media in ("application/vnd.oai.openapi", "application/vnd.oai.openapi+json")
        ],
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Return the schema as YAML, or as JSON if that is asked for."""
        with translation.override("en"):
            answer: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]  # the library's
            return answer

    def finalize_response(
        self, request: Request, response: Response, *args: object, **kwargs: object
    ) -> Response:
        """Write a refusal as JSON, whatever form the contract was asked for in."""
        if response.status_code >= 400:
            request.accepted_renderer = JSONRenderer()
            request.accepted_media_type = JSONRenderer.media_type
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        return final
