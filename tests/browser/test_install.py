from pathlib import Path

import pytest

from lab.browser import find, install
from lab.errors import EnvironmentFailure
from tests.browser.kit import Commands


@pytest.fixture(autouse=True)
def _bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No browser anywhere, root, and Playwright's builds left out."""
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
