"""The addresses of fleet, below the root."""

from django.urls import URLPattern, URLResolver, path

from fleet.api.pages import SchemaView, docs_page, problem_page, problems_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("problems/", problems_page, name="problems"),
    path("problems/<slug:code>", problem_page, name="problem"),
    path("api/v1/schema", SchemaView.as_view(), name="api-schema"),
    path("api/v1/docs", docs_page, name="api-docs"),
]
