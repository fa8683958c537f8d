"""A promise's life: written, answered, moved by hand, watched until it ends."""
