"""Views of lists that a person or a program may use by name."""

from django.db.models import Q, QuerySet

from fleet.models import Operator, SavedView, User


def views_of(user: User, *, listing: str) -> QuerySet[SavedView]:
    """Return a user's own views of a list (`fleet.truck`) and those shared by colleagues."""
    own = Q(owner=user)
    if user.operator_id is not None:
        own |= Q(is_shared=True, owner__operator=user.operator_id, owner__is_active=True)
    return SavedView.objects.filter(own, listing=listing).select_related("owner")


def view_named(
    name: str, *, listing: str, user: User | None = None, operator: Operator | None = None
) -> SavedView | None:
    """Return the view of that name: the user's own before a colleague's; of a program, a shared."""
    if user is not None:
        rows = views_of(user, listing=listing).filter(name=name)
        return (
            sorted(rows, key=lambda view: (view.owner_id != user.pk, view.pk))[0] if rows else None
        )
    shared = SavedView.objects.filter(is_shared=True, owner__operator=operator, listing=listing)
    return shared.filter(name=name, owner__is_active=True).order_by("pk").first()
