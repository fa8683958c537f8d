"""Two units that speak with one key: found, kept apart, and let in again by a person."""
