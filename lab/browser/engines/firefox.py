"""Firefox: a stock one over WebDriver BiDi, or Playwright's own build over its own protocol."""

from collections.abc import Mapping
from typing import Any

from lab.browser.engine import Cookies
from lab.browser.find import Found
from lab.browser.launched import LaunchedEngine

PREFERENCES: Mapping[str, str | float | bool] = {
    # Without it Firefox goes to loopback directly and silently, whatever its proxy.
    "network.proxy.allow_hijacking_localhost": True,
    # Its own requests must not show up among the case's.
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.prefetch-next": False,
    "network.dns.disablePrefetch": True,
    "app.normandy.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    # Tabs of cases that run side by side are not the foreground one, and must not have their timers held back.
    "dom.min_background_timeout_value": 4,
    "dom.timeout.enable_budget_timer_throttling": False,
}

COOKIES: Mapping[Cookies | None, Mapping[str, int]] = {
    None: {},
    "accept": {"network.cookie.cookieBehavior": 0, "network.cookie.cookieBehavior.pbmode": 0},
    "refuse-third-party": {"network.cookie.cookieBehavior": 1, "network.cookie.cookieBehavior.pbmode": 1},
}
"""What a policy on cookies is in Firefox; by itself it keeps them apart for each site that shows them."""


class Firefox(LaunchedEngine):
    """One browser, a context per tab; a proxy belongs to its context."""

    name = "firefox"
    # Its main process keeps about 9 MB of every window until it idles for some seconds, which it never does between
    # cases (measured in Firefox 153: 460 MB after one case, 2.1 GB after 200).
    tabs_per_browser = 40

    def launch_options(self, found: Found, cookies: Cookies | None) -> Mapping[str, Any]:
        """The channel that a stock Firefox needs, and the preferences."""
        options: dict[str, Any] = {"firefox_user_prefs": {**PREFERENCES, **COOKIES[cookies]}}
        if found.origin != "Playwright build":
            options["channel"] = "moz-firefox"
        return options

    def context_options(self) -> Mapping[str, Any]:
        """Trust in any certificate, and no emulated media features, which a stock Firefox cannot set."""
        unset = ("color_scheme", "reduced_motion", "forced_colors", "contrast")
        return {"ignore_https_errors": True, **dict.fromkeys(unset, "null")}


def create(*, headed: bool, trusted_spki: str | None) -> Firefox:
    """The engine; see `lab.browser.engines.create`. ``trusted_spki`` is not needed: it trusts any certificate."""
    return Firefox(headed=headed)
