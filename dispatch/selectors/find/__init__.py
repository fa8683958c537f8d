"""Find anything by a few characters."""
