"""Pure functions over events: attempts, verdict, diagnosis."""
