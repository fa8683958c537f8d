"""Keep and forget views of lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from fleet.models import SavedView, User
from fleet.services.packs import told


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a list shows: filters as the address has them, columns and order by name."""

    filters: Mapping[str, str]
    columns: Sequence[str]
    ordering: Sequence[str]


def save_view(
    owner: User, *, listing: str, name: str, look: Look, is_shared: bool, is_default: bool
) -> SavedView:
    """Keep a view under a name; the owner's view of that name so far is replaced."""
    with transaction.atomic(), told(by=owner, why="saved view"):
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # one default at a time
        if is_default:
            SavedView.objects.filter(owner=owner, listing=listing, is_default=True).update(
                is_default=False
            )
        view, _is_new = SavedView.objects.update_or_create(
            owner=owner,
            listing=listing,
            name=name,
            defaults={
                "filters": dict(look.filters),
                "columns": list(look.columns),
                "ordering": list(look.ordering),
                "is_shared": is_shared,
                "is_default": is_default,
            },
        )
    return view


def forget_view(owner: User, *, listing: str, name: str) -> bool:
    """Forget one of the owner's views; say whether there was one."""
    with transaction.atomic(), told(by=owner, why="view removed"):
        removed, _by_model = SavedView.objects.filter(
            owner=owner, listing=listing, name=name
        ).delete()
    return bool(removed)
