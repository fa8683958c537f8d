"""At the station: lanes, check-ins, swaps, and which packs go."""
