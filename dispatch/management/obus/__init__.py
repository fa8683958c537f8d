"""Sends simulated onboard units' reports to a running service, over HTTP alone."""
