"""What people and machines read after a run: one file per kind of report."""
