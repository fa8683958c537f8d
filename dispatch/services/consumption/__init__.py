"""What each truck consumes, learnt from its own reports."""
