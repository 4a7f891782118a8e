"""From the paths and options of a command to the cases that they select."""
