"""What the scenarios are made of, and the way from a file to its cases. No I/O but finding and reading files.

A file's text becomes nodes with positions (`yaml_text`), the nodes a `model.Scenario` or the problems that keep
them from it (`document`, `translate`), and the scenario its cases (`matrix`). `loader.load` does it all.
"""
