"""The colours of our papers: readable in grey too."""

from reportlab.lib.colors import HexColor

INK, SOFT, LINE, RAISED = map(HexColor, ("#0f172a", "#475569", "#cbd5e1", "#f8fafc"))
SERIES = tuple(map(HexColor, ("#0f766e", "#b45309", "#475569", "#7dd3fc", "#1e3a8a", "#d8b4fe")))
