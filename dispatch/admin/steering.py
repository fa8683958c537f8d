"""Actions on many promises at once: cancel, pin, unpin."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch import access
from dispatch.models import SwapAssignment
from dispatch.services.promises.by_hand import cancel_by_hand, pin, unpin
from dispatch.services.promises.moves import DispatchError
from fleet.access import Viewer
from fleet.admin.asking import act_with_reason
from fleet.clock import now
from fleet.models import User

STEERERS = frozenset({User.Role.FLEET_MANAGER, User.Role.DISPATCHER, User.Role.STATION_OPERATOR})


def may_dispatch(user: Any) -> bool:
    """Say whether a user decides for trucks at all."""
    return bool(user.is_superuser or (user.is_active and user.role in STEERERS))


class SteersMany:
    """What the list of promises lets people do with the chosen ones."""

    has_view_permission: Callable[..., bool]

    def changeable_for(self, user: Viewer) -> QuerySet[SwapAssignment]:
        """Return the promises a user steers."""
        return access.assignments_steered_by(user, now=now())

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Say whether the user steers promises at all."""
        return self.has_view_permission(request) and may_dispatch(request.user)

    @admin.action(description=gettext_lazy("Cancel the swap"), permissions=["steer"])
    def cancel_swaps(self, request: HttpRequest, rows: QuerySet[SwapAssignment]) -> Any:
        """Cancel the chosen promises; those trucks rest from those stations for half an hour."""
        return self._steer(request, rows, _("Cancel the swap"), cancel_by_hand, undo="")

    @admin.action(description=gettext_lazy("Pin"), permissions=["steer"])
    def pin_swaps(self, request: HttpRequest, rows: QuerySet[SwapAssignment]) -> Any:
        """Keep the chosen promises from the planner."""
        undo = _("To undo it, unpin the same rows.")
        return self._steer(request, rows, _("Pin"), pin, undo=undo)

    @admin.action(description=gettext_lazy("Unpin"), permissions=["steer"])
    def unpin_swaps(self, request: HttpRequest, rows: QuerySet[SwapAssignment]) -> Any:
        """Let the planner have the chosen promises again."""
        undo = _("To undo it, pin the same rows.")
        return self._steer(request, rows, _("Unpin"), unpin, undo=undo)

    def _steer(
        self,
        request: HttpRequest,
        rows: QuerySet[SwapAssignment],
        title: str,
        verb: Callable[..., Any],
        *,
        undo: str,
    ) -> Any:
        user: Any = request.user

        def act(assignment: SwapAssignment, reason: str) -> None:
            verb(assignment, by=user, reason=reason, now=now())

        refusals = (DispatchError,)
        return act_with_reason(
            self, request, rows, title=title, act=act, refusals=refusals, undo=undo
        )
