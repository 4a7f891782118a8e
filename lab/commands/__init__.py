"""The commands: one file each, with ``PLACE`` (its place in the help) and ``command`` (what Typer runs).

What is slow to import (mitmproxy, Playwright) is imported where it is used, so that ``lab --help`` is not slow.
"""
