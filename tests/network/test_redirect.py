import os
from pathlib import Path

import pytest

from lab.errors import EnvironmentFailure
from lab.network import redirect
from lab.network.authority import Authority
from lab.network.testing import Bench
from lab.network.topology import HopSpec

RULE = "-A OUTPUT -d 127.0.0.1/32 -p tcp -m tcp --dport 4711 -m comment --comment"
LISTING = f"""\
-P OUTPUT ACCEPT
-A OUTPUT -d 172.17.0.1/32 -j DOCKER
{RULE} "sockjs-lab 7" -j REDIRECT --to-ports 4712
{RULE} "sockjs-lab {os.getpid()}" -j REDIRECT --to-ports 2
"""


def program_in(folder: Path, script: str) -> None:
    (folder / "iptables").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "iptables").chmod(0o755)


def test_rules_of_labs_that_are_gone_are_found() -> None:
    ((chain, *words),) = redirect.left_behind(LISTING, [os.getpid()])
    assert chain == "OUTPUT"
    assert words[-4:] == ["-j", "REDIRECT", "--to-ports", "4712"]
    assert "sockjs-lab 7" in words
    assert redirect.left_behind(LISTING, [7, os.getpid()]) == []


async def test_missing_program_is_an_environment_failure(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(redirect, "_FOLDERS", str(tmp_path))
    with pytest.raises(EnvironmentFailure, match="needs iptables, and this machine has none") as raised:
        await Bench(hops=[HopSpec("t", "transparent")], authority=authority).__aenter__()
    assert "apt-get install iptables" in raised.value.remedy


async def test_refused_rule_is_an_environment_failure_and_leaves_nothing(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_in(
        tmp_path, 'case "$*" in *" -S "*) exit 0;; esac; echo "Permission denied (you must be root)" >&2; exit 4'
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    bench = Bench(hops=[HopSpec("t", "transparent")], authority=authority)
    with pytest.raises(EnvironmentFailure, match=r"refused it: Permission denied \(you must be root\)"):
        await bench.__aenter__()
    assert bench.network.hops == []


async def test_rule_is_set_and_taken_away_again(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    program_in(tmp_path, f'echo "$*" >> {said}')
    monkeypatch.setenv("PATH", str(tmp_path))
    async with Bench(hops=[HopSpec("t", "transparent")], authority=authority) as bench:
        port = bench.network.hops[0].port
    listed, added, removed = said.read_text().splitlines()
    assert listed == "-w 5 -t nat -S OUTPUT"
    assert f"-A OUTPUT -p tcp -d 127.0.0.1 --dport {port} " in added
    assert removed == added.replace("-A OUTPUT", "-D OUTPUT")
