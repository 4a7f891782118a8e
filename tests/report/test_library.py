import pytest

from lab import npm
from lab.errors import EnvironmentFailure
from lab.report import library


def test_library_is_what_was_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm, "kept", lambda package: {"dist/d3.min.js": b"code", "LICENSE": b"ISC"})
    assert library.files() == {"d3.min.js": b"code", "d3.LICENSE": b"ISC"}


def test_library_is_nothing_where_it_was_never_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm, "kept", lambda package: None)
    assert library.files() == {}


async def test_library_that_cannot_be_had_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    async def offline(package: npm.Package) -> dict[str, bytes]:
        raise EnvironmentFailure("npm cannot be reached.", remedy="Connect.")

    said: list[str] = []
    monkeypatch.setattr(npm, "fetch", offline)
    await library.prepare(said.append)
    assert said == ["d3 7.9.2: left out, so reports draw attempts only: npm cannot be reached. Connect."]


async def test_library_is_fetched_by_its_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fetch(package: npm.Package) -> dict[str, bytes]:
        assert package is library.D3 and package.integrity.startswith("sha512-")
        return {}

    said: list[str] = []
    monkeypatch.setattr(npm, "fetch", fetch)
    await library.prepare(said.append)
    assert said == ["d3 7.9.2: in the cache"]
