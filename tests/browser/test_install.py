from pathlib import Path

import pytest

from lab.browser import find, install
from lab.browser.engine import EngineFailure, TooOld
from lab.errors import EnvironmentFailure
from tests.browser.kit import Commands


@pytest.fixture(autouse=True)
def _bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No browser anywhere, root, and Playwright's builds left out; what is installed is new enough."""

    async def start(name: str) -> None:
        find.locate(name)

    monkeypatch.setattr(install, "start", start)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "builds"))
    monkeypatch.setenv("SOCKJS_LAB_BROWSERS", "system")
    monkeypatch.setattr(find, "_MINIBROWSERS", ())
    monkeypatch.setattr("os.geteuid", lambda: 0)
    for name in find.NAMES:
        monkeypatch.delenv(f"SOCKJS_LAB_{name.upper()}", raising=False)


def add_apt(commands: Commands) -> None:
    """An apt-get whose packages bring the commands of their names."""
    copies = 'for p in chromium firefox-esr; do case "$*" in *$p*) cp "$0" "$(dirname "$0")/$p";; esac; done'
    commands.add("apt-get", copies)


def test_install_does_nothing_where_all_is_there(commands: Commands) -> None:
    commands.add("chromium")
    said: list[str] = []
    install.install(["chromium"], said.append)
    assert said == [f"chromium: is here (system at {commands.folder}/chromium)."]
    assert commands.calls() == []


def test_install_takes_the_packages_of_what_is_missing(commands: Commands) -> None:
    commands.add("chromium")
    add_apt(commands)
    said: list[str] = []
    install.install(["chromium", "firefox"], said.append)
    assert commands.calls() == ["apt-get install -y --no-install-recommends firefox-esr"]
    assert said[-1].startswith("firefox: is here (system")


def test_install_updates_the_list_of_packages_when_they_are_not_found(commands: Commands) -> None:
    commands.add(
        "apt-get",
        'cd "$(dirname "$0")"; if [ "$1" = update ]; then touch updated; elif [ -e updated ]; then '
        "cp apt-get chromium; else exit 100; fi",
    )
    install.install(["chromium"], lambda _: None)
    assert [call.split()[1] for call in commands.calls()] == ["install", "update", "install"]


def test_install_says_which_command_failed(commands: Commands) -> None:
    commands.add("apt-get", "exit 100")
    with pytest.raises(EnvironmentFailure) as raised:
        install.install(["chromium"], lambda _: None)
    assert raised.value.remedy == "See why: apt-get install -y chromium"


def test_install_gives_the_command_to_those_who_are_not_root(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_apt(commands)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(EnvironmentFailure) as raised:
        install.install(["webkit"], lambda _: None)
    assert raised.value.remedy == "Run: sudo apt-get install -y webkit2gtk-driver xvfb"
    assert commands.calls() == []


def test_install_names_the_packages_where_there_is_no_apt(commands: Commands) -> None:
    with pytest.raises(EnvironmentFailure, match="no Debian or Ubuntu"):
        install.install(["chromium"], lambda _: None)


def test_install_fails_when_a_package_did_not_bring_its_browser(commands: Commands) -> None:
    commands.add("apt-get")
    with pytest.raises(EnvironmentFailure, match="chromium is still missing"):
        install.install(["chromium"], lambda _: None)


def test_install_stops_downloading_after_the_first_refusal(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOCKJS_LAB_BROWSERS")
    refusing = commands.add("playwright", "echo 'Error: getaddrinfo ENOTFOUND builds.example'; exit 1")
    monkeypatch.setattr(install, "PLAYWRIGHT", (str(refusing),))
    add_apt(commands)
    said: list[str] = []
    install.install(["chromium", "firefox"], said.append)
    assert commands.calls() == [
        "playwright install chromium",
        "apt-get install -y --no-install-recommends chromium firefox-esr",
    ]
    assert "Playwright's builds cannot be downloaded here (ENOTFOUND)." in said
    assert not any("example" in line for line in said), "hosts are not told"


def test_install_takes_the_builds_of_playwright_where_it_can(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOCKJS_LAB_BROWSERS")
    monkeypatch.setattr(install, "PLAYWRIGHT", (str(commands.add("playwright")),))
    commands.add("apt-get")
    install.install(["chromium", "webkit"], lambda _: None)
    assert commands.calls() == [
        *("playwright install chromium", "playwright install-deps chromium"),
        *("playwright install webkit", "playwright install-deps webkit"),
    ]


def test_install_wants_a_display_for_a_stock_webkit(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / "MiniBrowser"
    browser.touch(mode=0o755)
    monkeypatch.setenv("SOCKJS_LAB_WEBKIT", str(browser))
    commands.add("apt-get", 'cp "$0" "$(dirname "$0")/Xvfb"')
    install.install(["webkit"], lambda _: None)
    assert commands.calls() == ["apt-get install -y --no-install-recommends webkit2gtk-driver xvfb"]


@pytest.fixture
def old(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Firefox that is too old as long as this file is there."""
    mark = commands.folder / "old"
    mark.touch()
    commands.add("firefox-esr")

    async def start(name: str) -> None:
        if mark.exists():
            raise TooOld(f"{name} did not start.")

    monkeypatch.setattr(install, "start", start)
    return mark


UPGRADE = "apt-get install -y --only-upgrade firefox-esr"


def test_install_upgrades_a_browser_that_is_too_old(commands: Commands, old: Path) -> None:
    commands.add("apt-get", f'case "$*" in *--only-upgrade*) rm "{old}";; esac')
    said: list[str] = []
    install.install(["firefox"], said.append)
    assert commands.calls() == ["apt-get update", UPGRADE]
    assert said[1] == "firefox: is older than this Playwright can drive." and said[-1] == "firefox: is upgraded."


def test_install_upgrades_what_an_old_list_of_packages_brought(commands: Commands, old: Path) -> None:
    (commands.folder / "firefox-esr").unlink()
    commands.add(
        "apt-get", f'case "$*" in *--only-upgrade*) rm "{old}";; *) cp "$0" "$(dirname "$0")/firefox-esr";; esac'
    )
    install.install(["firefox"], lambda _: None)
    assert commands.calls() == [
        "apt-get install -y --no-install-recommends firefox-esr",
        *("apt-get update", UPGRADE),
    ]


def test_install_leaves_a_browser_alone_that_fails_of_something_else(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def start(name: str) -> None:
        raise EngineFailure("no display")

    monkeypatch.setattr(install, "start", start)
    commands.add("firefox-esr")
    commands.add("apt-get")
    install.install(["firefox"], lambda _: None)
    assert commands.calls() == []


@pytest.mark.parametrize(
    ("apt", "user", "chosen", "says", "remedy"),
    [
        ("exit 0", 0, False, "firefox is still too old", "Name a newer firefox by SOCKJS_LAB_FIREFOX."),
        ("exit 100", 0, False, "could not upgrade firefox", f"See why: apt-get update && {UPGRADE}"),
        ("exit 0", 1000, False, "cannot be upgraded from here", f"as root: apt-get update && {UPGRADE})"),
        (None, 0, False, "cannot be upgraded from here", "Install a newer firefox"),
        ("exit 0", 0, True, "which SOCKJS_LAB_FIREFOX names, is older", "or unset SOCKJS_LAB_FIREFOX."),
    ],
)
def test_install_says_why_a_browser_stays_too_old(
    apt: str | None,
    user: int,
    chosen: bool,
    says: str,
    remedy: str,
    commands: Commands,
    old: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if apt is not None:
        commands.add("apt-get", apt)
    monkeypatch.setattr("os.geteuid", lambda: user)
    if chosen:
        monkeypatch.setenv("SOCKJS_LAB_FIREFOX", str(commands.folder / "firefox-esr"))
    with pytest.raises(EnvironmentFailure, match=says) as raised:
        install.install(["firefox"], lambda _: None)
    assert remedy in raised.value.remedy


def test_install_prefers_a_build_of_playwright_to_an_upgrade(
    commands: Commands, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOCKJS_LAB_BROWSERS")
    monkeypatch.setattr(install, "PLAYWRIGHT", (str(commands.add("playwright")),))
    commands.add("apt-get")
    install.install(["firefox"], lambda _: None)
    assert commands.calls() == ["playwright install firefox", "playwright install-deps firefox"]
