"""A day of a swap fleet in a world of events: the closed loop in which policies are compared."""
