"""Rounds of planning: needs in, problems kept, the planner called, plans carried out."""
