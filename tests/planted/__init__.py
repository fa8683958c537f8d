"""Planners that are broken on purpose; each is called as the real one is."""
