import pytest

from lab import npm
from lab.report import library


def test_library_is_what_was_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm, "kept", lambda package: {"dist/d3.min.js": b"code", "LICENSE": b"ISC"})
    assert library.files() == {"d3.min.js": b"code", "d3.LICENSE": b"ISC"}


def test_library_is_nothing_where_it_was_never_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm, "kept", lambda package: None)
    assert library.files() == {}
