"""Days, weeks and months of a fleet or of stations in figures that people hand on.

Each figure has one definition, with its SQL, in docs/reference/summaries.md.
"""

from dispatch.selectors.summaries.figures import Figures
from dispatch.selectors.summaries.period import Period, period_of
from dispatch.selectors.summaries.read import Summary, read_summary
from dispatch.selectors.summaries.subject import Subject, subject_of, subjects_for

__all__ = [
    "Figures",
    "Period",
    "Subject",
    "Summary",
    "period_of",
    "read_summary",
    "subject_of",
    "subjects_for",
]
