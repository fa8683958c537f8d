"""Roads as engines with a map know them, remembered; without an answer, the great circle."""
