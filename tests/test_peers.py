import subprocess
from pathlib import Path
from typing import Any

import pytest

from lab import peers
from lab.errors import EnvironmentFailure


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOCKJS_LAB_CACHE", str(tmp_path))
    return tmp_path / "peers"


def test_peer_is_installed_once_for_each_release(cached: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **how: ran.append([str(word) for word in command]))
    assert peers.node() == peers.node() == cached / "node"
    assert [command[:2] for command in ran] == [["npm", "install"]]
    monkeypatch.setattr(peers, "NPM", "sockjs@0.0.1")
    peers.node()
    assert ran[1][-1] == "sockjs@0.0.1"


def test_peer_that_cannot_be_installed_is_an_environment_failure(
    cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(command: Any, **how: Any) -> None:
        raise subprocess.CalledProcessError(1, command, stderr=b"npm error\nnpm error network unreachable\n")

    monkeypatch.setattr(subprocess, "run", fails)
    with pytest.raises(EnvironmentFailure, match=r"sockjs@.* cannot be installed: npm error network unreachable"):
        peers.node()

    def missing(command: Any, **how: Any) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(subprocess, "run", missing)
    with pytest.raises(EnvironmentFailure, match="there is no npm here"):
        peers.node()
    assert not (cached / "node" / ".installed").exists()
