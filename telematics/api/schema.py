"""How the contract names the keys of devices."""

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
