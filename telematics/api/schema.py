"""How the contract names the keys of devices."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class DeviceKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """`Authorization: Bearer <key>`."""

    target_class = "telematics.api.auth.DeviceKeyAuthentication"
    name = "deviceKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002  the generator passes it
        """Return what the contract says of it."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A key of an onboard unit, a station or an office; shown once.",
        }


def add_signatures(
    result: dict[str, Any],
    generator: Any,
    request: Any,
    public: Any,
) -> dict[str, Any]:
    """Say of every address that takes a device's key that it takes a signature made with it too."""
    result["components"]["securitySchemes"]["deviceSignature"] = {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": (
            "`YZ-HMAC-SHA256 device=<serial>, seq=<number>, signature=<hex>`: HMAC-SHA256, with "
            "the SHA-256 of the key, over method, path with query, serial number and number, a "
            "line each, then the body as it is sent. The number grows from request to request."
        ),
    }
    for path in result["paths"].values():
        for operation in path.values():
            ways = operation.get("security", []) if isinstance(operation, dict) else []
            if {"deviceKey": []} in ways:
                ways.insert(ways.index({"deviceKey": []}) + 1, {"deviceSignature": []})
    return result
