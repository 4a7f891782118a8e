"""Chromium: Playwright's own build or the system's, driven over the DevTools protocol."""

from collections.abc import Mapping
from typing import Any

from lab.browser.find import Found
from lab.browser.launched import LaunchedEngine


class Chromium(LaunchedEngine):
    """One browser, a context per tab; a proxy belongs to its context."""

    name = "chromium"

    def __init__(self, *, headed: bool, trusted_spki: str | None) -> None:
        super().__init__(headed=headed)
        self._trusted_spki = trusted_spki

    def launch_options(self, found: Found) -> Mapping[str, Any]:
        """The argument that trusts the lab's authority.

        Playwright's ``ignore_https_errors`` would do for trust, but fails one handshake per new host first:
        events and milliseconds that no user's browser would show. Playwright itself turns Chromium's
        background networking off.
        """
        args = [f"--ignore-certificate-errors-spki-list={self._trusted_spki}"] if self._trusted_spki else []
        # The lab may run as root, where the sandbox does not work; its pages are its own.
        return {"args": args, "chromium_sandbox": False}


def create(*, headed: bool, trusted_spki: str | None) -> Chromium:
    """The engine; see `lab.browser.engines.create`."""
    return Chromium(headed=headed, trusted_spki=trusted_spki)
