"""Every behaviour's file runs in a real mitmdump, without the lab: all of them at once, as a start takes a second."""

import asyncio
import sys
from pathlib import Path

import pytest

from lab import shipped
from lab.network.behaviour import Catalogue

REQUIRED = {"replace_text": ["find=x"]}
"""The options of those that cannot do without."""


async def test_mitmdump_starts_with_every_file(tmp_path: Path, catalogue: Catalogue) -> None:
    scripts = sorted(path for path in shipped.PROXIES.glob("*.py") if not path.name.startswith("_"))
    assert {path.stem for path in scripts} <= set(catalogue)
    options = [f"{name}_{option}" for name, given in REQUIRED.items() for option in given]
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("mitmdump")),
        *(word for path in scripts for word in ("-s", str(path))),
        *("--mode", "regular", "--listen-host", "127.0.0.1", "-p", "0", "--set", f"confdir={tmp_path}"),
        *(word for option in options for word in ("--set", option)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = b""
    try:
        async with asyncio.timeout(20):
            while b"listening at" not in said:
                line = await process.stdout.readline()
                assert line, said.decode()
                said += line
    finally:
        if process.returncode is None:
            process.terminate()
        rest, _ = await process.communicate()
    said += rest
    assert b"rror" not in said, said.decode()
    for path in scripts:
        assert f"Loading script {path}" in said.decode()


@pytest.mark.parametrize("path", sorted(shipped.PROXIES.glob("*.py")), ids=lambda path: path.stem)
def test_every_file_has_a_test(path: Path) -> None:
    assert (Path(__file__).parent / f"test_{path.stem}.py").exists()
