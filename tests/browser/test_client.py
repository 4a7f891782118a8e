import base64
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from lab.browser import client
from lab.errors import EnvironmentFailure, UsageError
from tests.browser.kit import Commands

SCRIPT = b"/* sockjs-client */"
LINK = b"(a symbolic link)"


def package(files: dict[str, bytes]) -> bytes:
    """An npm package with ``files``."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            if content == LINK:
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
                archive.addfile(member)
            else:
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def integrity_of(data: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Npm:
    """A fake npm that packs what it is given."""

    def __init__(self, commands: Commands, folder: Path) -> None:
        self._commands = commands
        self._tarball = folder / "given.tgz"
        self._install = ":"

    def give(self, tarball: bytes, integrity: str = "") -> None:
        self._tarball.write_bytes(tarball)
        answer = f'{{"integrity": "{integrity}"}}' if integrity else "{}"
        self._commands.add(
            "npm",
            f"""case "$1" in
              view) echo '{answer}' ;;
              pack) cp {self._tarball} "$4/sockjs-client.tgz" ;;
              install) {self._install} ;;
            esac""",
        )

    def bundles(self) -> None:
        """Let ``npm install`` put the package's entry there, and a bundler that copies it."""
        bundler = self._commands.folder.parent / "esbuild"
        bundler.write_text(
            '#!/bin/sh\nPATH=/usr/bin:/bin\nfor last; do out=${last#--outfile=}; done\ncp "$1" "$out"\n'
        )
        bundler.chmod(0o755)
        self._install = f"""modules="$3/node_modules"; mkdir -p "$modules/.bin" "$modules/sockjs-client/lib"
          tar -xzOf "$8" package/lib/entry.js > "$modules/sockjs-client/lib/entry.js"
          cp {bundler} "$modules/.bin/esbuild" """

    def fail(self, noise: str) -> None:
        self._commands.add("npm", f'echo "{noise}" >&2; exit 1')

    def calls(self) -> list[str]:
        """The first words of its calls."""
        return [call.split()[1] for call in self._commands.calls()]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOCKJS_LAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "clients"


@pytest.fixture
def npm(commands: Commands, tmp_path: Path) -> Npm:
    return Npm(commands, tmp_path)


async def test_fetch_unpacks_what_npm_packs(npm: Npm) -> None:
    tarball = package({"package/dist/sockjs.js": SCRIPT, "package/lib/main.js": b"x"})
    npm.give(tarball, integrity_of(tarball))
    path = await client.fetch("1.5.0")
    assert path.read_bytes() == SCRIPT
    assert names_in(path.parent) == ["integrity.txt", "package.tgz", "sockjs.js"]


async def test_fetch_checks_a_known_version_against_its_pinned_hash(npm: Npm, cache: Path) -> None:
    tarball = package({"package/dist/sockjs.js": SCRIPT})
    npm.give(tarball, integrity_of(tarball))
    with pytest.raises(EnvironmentFailure, match="does not have the hash sha512-2g0tjOR"):
        await client.fetch("1.6.1")
    assert names_in(cache) == [], "nothing of it is kept"
    assert npm.calls() == ["pack"], "npm is not asked what the hash should be"


async def test_fetch_works_without_npm_the_second_time(npm: Npm, commands: Commands) -> None:
    tarball = package({"package/dist/sockjs.js": SCRIPT})
    npm.give(tarball, integrity_of(tarball))
    first = await client.fetch("1.5.0")
    (commands.folder / "npm").unlink()
    assert await client.fetch("1.5.0") == first


@pytest.mark.parametrize("damaged", ["package.tgz", "sockjs.js"])
async def test_fetch_replaces_a_damaged_file(npm: Npm, damaged: str) -> None:
    tarball = package({"package/dist/sockjs.js": SCRIPT})
    npm.give(tarball, integrity_of(tarball))
    path = await client.fetch("1.5.0")
    (path.parent / damaged).write_bytes(b"something else")
    assert (await client.fetch("1.5.0")).read_bytes() == SCRIPT
    assert npm.calls().count("pack") == 2


async def test_fetch_says_that_what_it_had_is_damaged_where_it_cannot_be_fetched_again(npm: Npm) -> None:
    tarball = package({"package/dist/sockjs.js": SCRIPT})
    npm.give(tarball, integrity_of(tarball))
    path = await client.fetch("1.5.0")
    path.write_bytes(b"something else")
    npm.fail("npm error code EAI_AGAIN")
    with pytest.raises(EnvironmentFailure, match=r"cannot be reached .* What was kept of it in .*1\.5\.0 is damaged"):
        await client.fetch("1.5.0")
    assert path.exists(), "it is not thrown away before there is a better one"


async def test_fetch_says_that_a_release_is_no_client_for_browsers(npm: Npm, cache: Path) -> None:
    tarball = package({"package/index.js": SCRIPT})
    npm.give(tarball, integrity_of(tarball))
    with pytest.raises(EnvironmentFailure, match=r"0\.1\.3 is no client for browsers") as raised:
        await client.fetch("0.1.3")
    assert "for Node.js" in raised.value.remedy
    assert npm.calls() == ["view", "pack"], "nothing is installed for it"
    assert names_in(cache) == []


async def test_fetch_unpacks_no_links_and_no_other_paths(npm: Npm) -> None:
    tarball = package(
        {
            "package/dist/sockjs.js": SCRIPT,
            "package/dist/sockjs.min.js": LINK,
            "package/dist/../../sockjs.evil.js": b"evil",
            "/package/dist/sockjs.root.js": b"evil",
        }
    )
    npm.give(tarball, integrity_of(tarball))
    path = await client.fetch("1.5.0")
    assert [file.name for file in path.parent.glob("*.js")] == ["sockjs.js"]


async def test_fetch_bundles_a_version_that_has_modules_only(npm: Npm, commands: Commands) -> None:
    tarball = package({"package/lib/entry.js": SCRIPT})
    npm.bundles()
    npm.give(tarball, integrity_of(tarball))
    path = await client.fetch("1.0.1")
    assert path.read_bytes() == SCRIPT
    assert names_in(path.parent) == ["integrity.txt", "package.tgz", "script.txt", "sockjs.js"]
    (commands.folder / "npm").unlink()
    assert await client.fetch("1.0.1") == path, "it is kept"
    path.write_bytes(b"something else")
    with pytest.raises(EnvironmentFailure, match="npm is not installed"):
        await client.fetch("1.0.1")


async def test_fetch_says_where_a_version_cannot_be_bundled(npm: Npm, cache: Path) -> None:
    tarball = package({"package/lib/entry.js": SCRIPT})
    npm.give(tarball, integrity_of(tarball))
    with pytest.raises(EnvironmentFailure, match=r"1\.0\.1 has no dist/sockjs\.js, and it could not be made"):
        await client.fetch("1.0.1")
    assert names_in(cache) == []


@pytest.mark.parametrize(
    ("noise", "message"),
    [
        ("npm error code E404", "npm has no sockjs-client"),
        ("npm ERR! code ETARGET", "npm has no sockjs-client"),
        ("npm error code EAI_AGAIN", "cannot be reached"),
        ("npm error code EACCES", r"could not fetch .* \(EACCES\)"),
        ("nothing we know, from https://npm.example", r"\(status 1\)"),
    ],
)
async def test_fetch_tells_the_failures_of_npm_apart(npm: Npm, noise: str, message: str) -> None:
    npm.fail(noise)
    with pytest.raises(EnvironmentFailure, match=message) as raised:
        await client.fetch("1.5.0")
    assert "example" not in f"{raised.value} {raised.value.remedy}", "hosts are not told"


async def test_fetch_says_that_npm_is_missing(commands: Commands) -> None:
    with pytest.raises(EnvironmentFailure, match="npm is not installed"):
        await client.fetch("1.6.1")


async def test_fetch_refuses_a_version_without_a_hash(npm: Npm) -> None:
    npm.give(package({"package/dist/sockjs.js": SCRIPT}))
    with pytest.raises(EnvironmentFailure, match="does not tell the hash"):
        await client.fetch("1.5.0")


@pytest.mark.parametrize("version", ["", "latest", "1.6", "../1.6.1", "1.6.1 ", "--help", "1.6.1;id"])
async def test_fetch_refuses_what_is_no_version(version: str) -> None:
    with pytest.raises(UsageError):
        await client.fetch(version)


@pytest.mark.parametrize(
    ("data", "integrity", "fits"),
    [
        (b"x", integrity_of(b"x"), True),
        (b"y", integrity_of(b"x"), False),
        (b"x", "", False),
        (b"x", "md5-nothing", False),
    ],
)
def test_matches_takes_the_right_hash_only(data: bytes, integrity: str, fits: bool) -> None:
    assert client.matches(data, integrity) is fits


def test_pinned_hashes_are_well_formed() -> None:
    for integrity in client.PINNED.values():
        assert len(base64.b64decode(integrity.removeprefix("sha512-"), validate=True)) == 64


async def test_load_takes_a_file_of_the_users(tmp_path: Path) -> None:
    (tmp_path / "mine.js").write_bytes(SCRIPT)
    assert await client.load("1.6.1", path=tmp_path / "mine.js") == SCRIPT


@pytest.mark.parametrize("name", ["missing.js", "."])
async def test_load_says_that_a_file_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be read from"):
        await client.load("1.6.1", path=tmp_path / name)


async def test_load_makes_the_document_load_a_url() -> None:
    script = await client.load("1.6.1", url='/own/a.js?b="</script>&c')
    assert script == (
        b'document.write("<script src=\\"/own/a.js?b=&quot;&lt;/script&gt;&amp;c\\"><\\/script>");\n'
    ), "nothing of it ends the tag or the script that it stands in"


@pytest.mark.parametrize("url", ["", "  ", "a\nb"])
async def test_load_refuses_what_is_no_url(url: str) -> None:
    with pytest.raises(UsageError):
        await client.load("1.6.1", url=url)


async def test_load_takes_one_source(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="both a path and a URL"):
        await client.load("1.6.1", path=tmp_path / "a.js", url="/a.js")
