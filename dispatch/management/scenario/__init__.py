"""Builds the scenario in the database, and the file the simulated world starts from."""
