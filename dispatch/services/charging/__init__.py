"""What stations charge, when, and what it would cost trucks to draw less."""
