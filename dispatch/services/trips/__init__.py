"""Trips as they are ordered, repeated and made."""
