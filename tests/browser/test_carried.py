import hashlib
import zipfile
from pathlib import Path

import pytest

from lab.browser import carried, client
from lab.browser.carried import Carrier
from lab.errors import EnvironmentFailure
from tests.browser.kit import Commands

SCRIPT = b"/* an old sockjs-client */"


class Pip:
    """A fake pip that puts the wheel there which it is given."""

    def __init__(self, commands: Commands, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._commands = commands
        self._wheel = folder / "given.whl"
        monkeypatch.setattr("sys.executable", str(commands.add("python", "exit 1")))
        carrier = Carrier("old==1.0", "old/sockjs.js", hashlib.sha256(SCRIPT).hexdigest())
        monkeypatch.setattr(carried, "CARRIERS", {"0.3.4": carrier})

    def give(self, **files: bytes) -> None:
        with zipfile.ZipFile(self._wheel, "w") as archive:
            for name, content in files.items():
                archive.writestr(f"old/{name}.js", content)
        self._commands.add("python", f'for last; do to="$before"; before="$last"; done; cp {self._wheel} "$to/a.whl"')

    def fail(self) -> None:
        self._commands.add("python", "echo 'ERROR: nothing at pip.example' >&2; exit 1")

    def calls(self) -> list[str]:
        return self._commands.calls()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOCKJS_LAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "clients"


@pytest.fixture
def pip(commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pip:
    return Pip(commands, tmp_path, monkeypatch)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


async def test_fetch_takes_the_client_out_of_a_wheel(pip: Pip, cache: Path) -> None:
    pip.give(sockjs=SCRIPT, other=b"x")
    path = await client.fetch("0.3.4")
    assert path.read_bytes() == SCRIPT
    assert names_in(cache) == ["0.3.4", "sockjs.js"], "nothing else is kept"
    (call,) = pip.calls()
    assert call.startswith("python -m pip download ") and call.endswith(" old==1.0")


async def test_fetch_works_without_pip_the_second_time(pip: Pip) -> None:
    pip.give(sockjs=SCRIPT)
    first = await client.fetch("0.3.4")
    pip.fail()
    assert await client.fetch("0.3.4") == first
    assert len(pip.calls()) == 1


async def test_fetch_replaces_a_damaged_file(pip: Pip) -> None:
    pip.give(sockjs=SCRIPT)
    path = await client.fetch("0.3.4")
    path.write_bytes(b"something else")
    assert (await client.fetch("0.3.4")).read_bytes() == SCRIPT
    assert len(pip.calls()) == 2


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"sockjs": b"something else"}, "does not have the hash sha256"),
        ({"other": SCRIPT}, r"old==1\.0 holds no sockjs-client 0\.3\.4"),
    ],
)
async def test_fetch_refuses_another_file(pip: Pip, cache: Path, files: dict[str, bytes], message: str) -> None:
    pip.give(**files)
    with pytest.raises(EnvironmentFailure, match=message):
        await client.fetch("0.3.4")
    assert names_in(cache) == [], "nothing of it is kept"


async def test_fetch_says_that_pip_failed_and_what_else_helps(pip: Pip, cache: Path) -> None:
    pip.fail()
    with pytest.raises(EnvironmentFailure, match=r"pip could not fetch old==1\.0") as raised:
        await client.fetch("0.3.4")
    assert "client: {path: sockjs.js}" in raised.value.remedy
    assert "example" not in f"{raised.value} {raised.value.remedy}", "hosts are not told"
    assert names_in(cache) == []


async def test_fetch_gives_a_pip_up_that_hangs(pip: Pip, commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    commands.add("python", "exec sleep 60")
    monkeypatch.setattr(carried, "_PIP_S", 0.05)
    with pytest.raises(EnvironmentFailure, match="pip could not fetch"):
        await client.fetch("0.3.4")


def test_hashes_are_well_formed() -> None:
    for carrier in carried.CARRIERS.values():
        assert len(bytes.fromhex(carrier.sha256)) == 32
        assert "==" in carrier.package, "one version, not the newest"
