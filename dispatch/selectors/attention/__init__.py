"""The start page's first question: what needs me now, in groups, the worst of each by name."""

from dispatch.selectors.attention.groups import needs_now
from dispatch.selectors.attention.needs import Group, Item, Part, Sight

__all__ = ["Group", "Item", "Part", "Sight", "needs_now"]
