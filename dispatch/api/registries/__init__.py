"""What an operator owns, for its own systems: read with a tag, changed only as it was seen."""
