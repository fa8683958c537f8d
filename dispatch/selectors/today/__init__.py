"""The start page's second question: how the day goes, against yesterday at the same hour."""

from dispatch.selectors.today.figures import Day, Figure, today

__all__ = ["Day", "Figure", "today"]
