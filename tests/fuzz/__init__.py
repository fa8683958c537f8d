"""Requests nobody would think of, from everybody who may call, against the running service."""
