"""Pages on paper: A4 PDF with figures, tables and bars, in Chinese and English.

    pdf = print_paper(
        Paper(
            title="换电站交接班",
            subtitle="曹妃甸 1 号站 · 2026-11-22 07:30",
            parts=[
                Figures([Figure("swaps", "42"), Figure("mean wait", "6.4", "min")]),
                Table(title="Packs", heads=["slot", "pack", "%"], rows=rows, numbers={2}),
                Note("Lane 2 is closed: robot arm."),
            ],
        )
    )

The font is embedded (only the characters used), so it prints where no font is installed.
"""

from fleet.services.paper.parts import Bars, Figure, Figures, Note, Paper, Table
from fleet.services.paper.printer import print_paper

__all__ = ["Bars", "Figure", "Figures", "Note", "Paper", "Table", "print_paper"]
