"""Packages from npm, with a command that stands for npm."""

import base64
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from lab import npm
from lab.errors import EnvironmentFailure
from lab.npm import Package


def tarball(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def integrity(data: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


TARBALL = tarball(code=b"let x;", LICENSE=b"ISC", more=b"unwanted")
PACKAGE = Package("drawing", "1.2.3", integrity(TARBALL), ("code", "LICENSE"))


@pytest.fixture
def fake_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a script for npm is put; it notes how often it is called in ``calls``."""
    monkeypatch.setenv("SOCKJS_LAB_CACHE", str(tmp_path / "cache"))
    commands = tmp_path / "bin"
    commands.mkdir()
    monkeypatch.setenv("PATH", f"{commands}:/usr/bin:/bin")
    (tmp_path / "package.tgz").write_bytes(TARBALL)
    return commands / "npm"


def script(path: Path, body: str) -> None:
    path.write_text(f'#!/bin/sh\necho "$*" >> "{path.parent.parent}/calls"\n{body}\n')
    path.chmod(0o755)


async def test_fetch_asks_npm_once_and_keeps_what_it_gave(fake_npm: Path, tmp_path: Path) -> None:
    script(fake_npm, f'cp "{tmp_path}/package.tgz" "$4/drawing-1.2.3.tgz"')
    assert npm.kept(PACKAGE) is None
    for _ in range(2):
        assert await npm.fetch(PACKAGE) == {"code": b"let x;", "LICENSE": b"ISC"}
    assert npm.kept(PACKAGE) == {"code": b"let x;", "LICENSE": b"ISC"}
    calls = (tmp_path / "calls").read_text().splitlines()
    assert len(calls) == 1 and calls[0].startswith("pack drawing@1.2.3 ") and "--ignore-scripts" in calls[0]
    assert [path.name for path in (tmp_path / "cache" / "npm").iterdir()] == ["drawing-1.2.3"]


async def test_fetch_refuses_what_does_not_have_its_hash(fake_npm: Path, tmp_path: Path) -> None:
    (tmp_path / "package.tgz").write_bytes(tarball(code=b"evil", LICENSE=b""))
    script(fake_npm, f'cp "{tmp_path}/package.tgz" "$4/"')
    with pytest.raises(EnvironmentFailure, match="does not have the hash"):
        await npm.fetch(PACKAGE)
    assert npm.kept(PACKAGE) is None


async def test_kept_is_nothing_where_the_file_was_damaged(fake_npm: Path, tmp_path: Path) -> None:
    script(fake_npm, f'cp "{tmp_path}/package.tgz" "$4/"')
    await npm.fetch(PACKAGE)
    stored = tmp_path / "cache" / "npm" / "drawing-1.2.3" / "package.tgz"
    stored.write_bytes(stored.read_bytes()[:-1])
    assert npm.kept(PACKAGE) is None
    assert await npm.fetch(PACKAGE) == {"code": b"let x;", "LICENSE": b"ISC"}


@pytest.mark.parametrize(
    ("noise", "said"),
    [
        ("npm error code ENOTFOUND", r"cannot be reached to fetch drawing 1\.2\.3 \(ENOTFOUND\)"),
        ("npm ERR! code E404", r"npm has no drawing 1\.2\.3"),
        ("npm error code EWHATEVER", r"could not fetch drawing 1\.2\.3 \(EWHATEVER\)"),
        ("nonsense", r"could not fetch drawing 1\.2\.3 \(status 7\)"),
    ],
)
async def test_fetch_says_why_npm_failed(fake_npm: Path, noise: str, said: str) -> None:
    script(fake_npm, f'echo "{noise}" >&2; exit 7')
    with pytest.raises(EnvironmentFailure, match=said):
        await npm.fetch(PACKAGE)


async def test_fetch_says_that_npm_left_nothing(fake_npm: Path) -> None:
    script(fake_npm, "exit 0")
    with pytest.raises(EnvironmentFailure, match="left no package"):
        await npm.fetch(PACKAGE)


async def test_fetch_says_that_a_package_lacks_a_file(fake_npm: Path, tmp_path: Path) -> None:
    script(fake_npm, f'cp "{tmp_path}/package.tgz" "$4/"')
    lacking = Package("drawing", "1.2.3", integrity(TARBALL), ("absent",))
    with pytest.raises(EnvironmentFailure, match="cannot be read"):
        await npm.fetch(lacking)


async def test_fetch_says_that_npm_is_missing(fake_npm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(fake_npm.parent))
    with pytest.raises(EnvironmentFailure, match="npm is not installed"):
        await npm.fetch(PACKAGE)
