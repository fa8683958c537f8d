"""Print a paper: the same paper gives the same bytes."""

from collections.abc import Sequence
from html import escape
from io import BytesIO
from typing import Any

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    LongTable,
    PageTemplate,
    Paragraph,
    TableStyle,
)
from reportlab.platypus.flowables import Flowable, KeepTogether, Spacer

from fleet.services.paper.bars import draw_bars
from fleet.services.paper.font import NAME, is_chinese, load_font, printable
from fleet.services.paper.ink import INK, LINE, RAISED, SOFT
from fleet.services.paper.parts import Bars, Figure, Figures, Note, Paper, Part, Table

MARGIN = 15 * mm
GAP = 4 * mm
LONG_CELL = 14  # longer ones may need a second line
CELL_AT_MOST = 300  # a row is no higher than a page


def print_paper(paper: Paper) -> bytes:
    """Return the paper as PDF, the font embedded; characters the font lacks become 〓."""
    load_font()
    kept = BytesIO()
    size = landscape(A4) if paper.is_landscape else A4
    document = BaseDocTemplate(
        kept,
        pagesize=size,
        title=printable(paper.title),
        subject=printable(paper.subtitle),
        creator="Yizhan",
        invariant=1,
        initialFontName=NAME,  # else every page names Helvetica, which is not embedded
    )
    width, height = size[0] - 2 * MARGIN, size[1] - 2 * MARGIN
    frame = Frame(MARGIN, MARGIN, width, height, 0, 0, 0, 0)

    def foot(canvas: Canvas, page: Any) -> None:
        canvas.setFont(NAME, 7.5)
        canvas.setFillColor(SOFT)
        canvas.drawString(MARGIN, MARGIN - 5 * mm, printable(paper.footer))
        canvas.drawRightString(size[0] - MARGIN, MARGIN - 5 * mm, str(page.page))

    document.addPageTemplates(PageTemplate(frames=[frame], onPage=foot))
    document.build(_story(paper, width))
    return kept.getvalue()


def _story(paper: Paper, width: float) -> list[Flowable]:
    story: list[Flowable] = [_text(paper.title, size=17)]
    if paper.subtitle:
        story.append(_text(paper.subtitle, size=10, color=SOFT))
    story.append(Spacer(1, GAP))
    for part in paper.parts:
        story += [*_flowables(part, width), Spacer(1, GAP)]
    return story


def _flowables(part: Part, width: float) -> list[Flowable]:
    match part:
        case Figures():
            return [_figures(part, width)]
        case Table():
            return _table(part, width)
        case Bars():
            return [KeepTogether([_text(part.title, size=11), draw_bars(part, width)])]
        case Note():
            return [_text(part.text, size=7.5 if part.is_small else 9, color=SOFT)]


def _text(text: str, *, size: float, color: Any = INK, is_right: bool = False) -> Paragraph:
    text = printable(text)
    style = ParagraphStyle(
        f"{size}",
        fontName=NAME,
        fontSize=size,
        leading=size * 1.4,
        textColor=color,
        bulletFontName=NAME,
        wordWrap="CJK" if is_chinese(text) else None,
        **({"alignment": TA_RIGHT} if is_right else {}),
    )
    return Paragraph(escape(text), style)


def _figures(part: Figures, width: float) -> Flowable:
    cells = [_figure(one) for one in part.figures]
    cells += [[]] * (-len(cells) % part.columns)
    rows = [cells[at : at + part.columns] for at in range(0, len(cells), part.columns)]
    style = [
        ("INNERGRID", (0, 0), (-1, -1), 0.5, LINE),
        ("BOX", (0, 0), (-1, -1), 0.5, LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, -1), RAISED),
        ("FONTNAME", (0, 0), (-1, -1), NAME),
    ]
    return LongTable(rows, colWidths=[width / part.columns] * part.columns, style=style)


def _figure(one: Figure) -> list[Flowable]:
    value = f"{one.value} {one.unit}".strip()
    found: list[Flowable] = [_text(one.label, size=8, color=SOFT), _text(value, size=12)]
    if one.note:
        found.append(_text(one.note, size=7, color=SOFT))
    return found


def _table(part: Table, width: float) -> list[Flowable]:
    shares = part.widths or [1.0] * len(part.heads)
    widths = [width * share / sum(shares) for share in shares]
    heads = [
        _text(head, size=7.5, color=SOFT, is_right=at in part.numbers)
        for at, head in enumerate(part.heads)
    ]
    rows = [_cells(row, part) for row in part.rows]
    style = [
        ("FONTNAME", (0, 0), (-1, -1), NAME),
        ("FONTSIZE", (0, 0), (-1, -1), 8),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.35, LINE),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, SOFT),
        *(("ALIGN", (at, 0), (at, -1), "RIGHT") for at in sorted(part.numbers)),
    ]
    if part.has_total and rows:
        style += [
            ("LINEABOVE", (0, -1), (-1, -1), 0.8, SOFT),
            ("BACKGROUND", (0, -1), (-1, -1), RAISED),
        ]
    table = LongTable([heads, *rows], colWidths=widths, repeatRows=1, style=TableStyle(style))
    title: list[Flowable] = [_text(part.title, size=11)] if part.title else []
    return [*title, table]


def _cells(row: Sequence[str], part: Table) -> list[Any]:
    return [
        printable(cell)
        if at in part.numbers or len(cell) <= LONG_CELL
        else _text(cell[:CELL_AT_MOST], size=8)
        for at, cell in enumerate(row)
    ]
