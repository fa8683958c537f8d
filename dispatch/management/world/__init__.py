"""Carries the simulated world's messages to a running service, and the answers back."""
