from pathlib import Path

import pytest

from lab import cache


def test_cache_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCKJS_LAB_CACHE", str(tmp_path / "own"))
    assert cache.folder("clients") == tmp_path / "own" / "clients"
    assert cache.folder("clients").is_dir()


def test_cache_follows_the_desktop_standard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOCKJS_LAB_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.folder("clients") == tmp_path / "sockjs-lab" / "clients"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache.folder("clients") == tmp_path / "home" / ".cache" / "sockjs-lab" / "clients"
