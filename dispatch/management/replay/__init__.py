"""Plays recorded telemetry against a running service."""
