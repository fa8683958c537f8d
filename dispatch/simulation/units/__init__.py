"""Onboard units as a load: what each sends and what goes wrong, a pure function of the seed."""
