"""Chromium: Playwright's own build or the system's, driven over the DevTools protocol."""

import json
from collections.abc import Mapping
from typing import Any

from playwright.async_api import Browser, BrowserType

from lab.browser.engine import Cookies, EngineFailure
from lab.browser.find import Found
from lab.browser.launched import LaunchedEngine


class Chromium(LaunchedEngine):
    """One browser, a context per tab; a proxy belongs to its context."""

    name = "chromium"

    def __init__(self, *, headed: bool, trusted_spki: str | None) -> None:
        super().__init__(headed=headed)
        self._trusted_spki = trusted_spki

    def launch_options(self, found: Found, cookies: Cookies | None) -> Mapping[str, Any]:
        """The argument that trusts the lab's authority.

        Playwright's ``ignore_https_errors`` would do for trust, but fails one handshake per new host first:
        events and milliseconds that no user's browser would show. Playwright itself turns Chromium's
        background networking off.
        """
        args = [f"--ignore-certificate-errors-spki-list={self._trusted_spki}"] if self._trusted_spki else []
        # The lab may run as root, where the sandbox does not work; its pages are its own.
        return {"args": args, "chromium_sandbox": False}

    def browser_for(self, cookies: Cookies | None) -> Cookies | None:
        """Playwright's contexts are private ones, and in those Chromium refuses third-party cookies anyway."""
        return "accept" if cookies == "accept" else None

    async def launch(self, kind: BrowserType, cookies: Cookies | None, options: Mapping[str, Any]) -> Browser:
        """Launch it; to accept third-party cookies the profile says so, from which private ones take it."""
        if cookies != "accept":
            return await super().launch(kind, cookies, options)
        assert self._home is not None
        profile = self._home.path / "accepts"
        (profile / "Default").mkdir(parents=True)
        preferences = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}
        (profile / "Default" / "Preferences").write_text(json.dumps(preferences))
        context = await kind.launch_persistent_context(profile, **options)
        if context.browser is None:
            raise EngineFailure("chromium does not open further contexts on a profile of its own.")
        return context.browser


def create(*, headed: bool, trusted_spki: str | None) -> Chromium:
    """The engine; see `lab.browser.engines.create`."""
    return Chromium(headed=headed, trusted_spki=trusted_spki)
