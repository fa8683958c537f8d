"""What `simulate_day` shows: progress, a table, figures."""
