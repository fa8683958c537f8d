"""Summaries as people hand them on: a workbook, a paper, a mail."""
