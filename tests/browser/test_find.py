import json
import sys
from pathlib import Path

import playwright
import pytest

from lab.browser import find
from lab.errors import EnvironmentFailure, UsageError
from tests.browser.kit import Commands


@pytest.fixture(autouse=True)
def _no_playwright_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "builds"))
    for name in find.NAMES:
        monkeypatch.delenv(f"SOCKJS_LAB_{name.upper()}", raising=False)


def revision_of(name: str) -> str:
    listed = Path(playwright.__file__).parent / "driver" / "package" / "browsers.json"
    return next(
        str(entry["revision"]) for entry in json.loads(listed.read_text())["browsers"] if entry["name"] == name
    )


def put_minibrowser(root: Path, *, mode: int) -> Path:
    path = root / "usr/lib/some-linux-gnu/webkit2gtk-4.1/MiniBrowser"
    path.parent.mkdir(parents=True)
    path.touch(mode=mode)
    return path


def test_locate_takes_the_command_of_the_system(commands: Commands) -> None:
    path = commands.add("firefox-esr")
    assert find.locate("firefox") == find.Found("firefox", "system", path)


def test_locate_finds_minibrowser_outside_the_path(commands: Commands, tmp_path: Path) -> None:
    browser = put_minibrowser(tmp_path, mode=0o755)
    assert find.locate("webkit", root=tmp_path).executable == browser


def test_locate_passes_over_a_file_that_is_not_executable(commands: Commands, tmp_path: Path) -> None:
    put_minibrowser(tmp_path, mode=0o644)
    with pytest.raises(EnvironmentFailure):
        find.locate("webkit", root=tmp_path)


def test_locate_prefers_a_complete_playwright_build(commands: Commands, tmp_path: Path) -> None:
    commands.add("chromium")
    build = tmp_path / "builds" / f"chromium-{revision_of('chromium')}"
    build.mkdir(parents=True)
    assert find.locate("chromium").origin == "system", "an unfinished download does not count"
    (build / "INSTALLATION_COMPLETE").touch()
    found = find.locate("chromium")
    assert (found.origin, found.executable) == ("Playwright build", None)
    assert found.version[0].isdigit()


def test_locate_passes_over_a_build_of_another_revision(commands: Commands, tmp_path: Path) -> None:
    build = tmp_path / "builds" / "webkit-1"
    build.mkdir(parents=True)
    (build / "INSTALLATION_COMPLETE").touch()
    with pytest.raises(EnvironmentFailure, match="webkit is not installed"):
        find.locate("webkit", root=tmp_path)


def test_locate_obeys_the_environment_first(
    commands: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands.add("chromium")
    own = tmp_path / "my-chromium"
    own.touch(mode=0o755)
    monkeypatch.setenv("SOCKJS_LAB_CHROMIUM", str(own))
    assert find.locate("chromium") == find.Found("chromium", "environment", own)


@pytest.mark.parametrize("wrong", ["/nowhere/chromium", "/usr"])
def test_locate_refuses_what_the_environment_names_wrongly(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("SOCKJS_LAB_CHROMIUM", wrong)
    with pytest.raises(EnvironmentFailure, match=f"SOCKJS_LAB_CHROMIUM names {wrong}"):
        find.locate("chromium")


def test_locate_says_how_to_install_what_is_missing(commands: Commands) -> None:
    with pytest.raises(EnvironmentFailure) as raised:
        find.locate("chromium")
    assert raised.value.remedy == "Run: lab install chromium"


def test_locate_refuses_an_unknown_name() -> None:
    with pytest.raises(UsageError, match="no engine named opera"):
        find.locate("opera")


async def test_find_asks_the_browser_its_version(commands: Commands) -> None:
    commands.add("chromium", "echo Chromium 156.0.8078.79 built on something 12")
    assert (await find.find("chromium")).version == "156.0.8078.79"


async def test_find_goes_on_without_a_version(commands: Commands) -> None:
    commands.add("firefox", "exit 1")
    assert (await find.find("firefox")).version == "unknown"


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("Mozilla Firefox 153.7.0esr", "153.7.0esr"),
        ("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)", "156.0.8078.79"),
        ("2.50.6", "2.50.6"),
        ("no number 12 here", "unknown"),
        ("", "unknown"),
    ],
)
def test_version_in_takes_the_first_dotted_number(said: str, version: str) -> None:
    assert find.version_in(said) == version


@pytest.mark.skipif(sys.platform != "linux", reason="the folder is Linux's")
def test_builds_are_looked_for_in_the_cache_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, commands: Commands
) -> None:
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    build = tmp_path / "ms-playwright" / f"firefox-{revision_of('firefox')}"
    build.mkdir(parents=True)
    (build / "INSTALLATION_COMPLETE").touch()
    assert find.locate("firefox").origin == "Playwright build"
