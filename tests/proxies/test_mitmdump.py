"""Every behaviour's file runs in a real mitmdump, without the lab: all of them at once, as a start takes a second."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from lab import shipped
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench, Wire, mitmdump

REQUIRED = {"replace_text": ["find=x"]}
"""The options of those that cannot do without."""

SCRIPTS = sorted(path for path in shipped.PROXIES.glob("*.py") if not path.name.startswith("_"))
OPTIONS = [f"{name}_{option}" for name, given in REQUIRED.items() for option in given]


async def test_mitmdump_starts_with_every_file(tmp_path: Path, catalogue: Catalogue) -> None:
    assert {path.stem for path in SCRIPTS} <= set(catalogue)
    async with mitmdump(SCRIPTS, *OPTIONS, mode="regular", confdir=tmp_path) as port:
        assert port


def alone(*scripts: Path) -> str:
    """What goes wrong where each of these is loaded by itself."""
    command = [sys.executable, "-m", "tests.proxies.alone", *map(str, scripts), *OPTIONS]
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def test_every_file_loads_where_no_other_was_loaded_before() -> None:
    assert alone(*SCRIPTS) == ""


def test_file_that_needs_another_is_found_out(tmp_path: Path) -> None:
    before, needy = tmp_path / "before.py", tmp_path / "needy.py"
    before.write_text("import lab.network.media\n")
    needy.write_text("import lab\n\nprint(lab.network.media)\n")
    assert "has no attribute 'network'" in alone(before, needy)


@pytest.mark.parametrize("path", sorted(shipped.PROXIES.glob("*.py")), ids=lambda path: path.stem)
def test_every_file_has_a_test(path: Path) -> None:
    assert (Path(__file__).parent / f"test_{path.stem}.py").exists()


async def test_limits_are_heeded_as_in_the_lab(authority: Authority) -> None:
    options = ["block_when={method: GET, url: /info}", "block_nth=2"]
    options += ["security_headers_when=url: /other", "forwarded_headers_after=1h"]
    scripts = [shipped.PROXIES / f"{name}.py" for name in ("block", "security_headers", "forwarded_headers")]
    async with Bench(authority=authority) as bench:
        mode = f"reverse:http://127.0.0.1:{bench.network.hops[0].port}"
        async with mitmdump(scripts, *options, mode=mode, confdir=authority.confdir) as port:
            browser = Wire(*await asyncio.open_connection("127.0.0.1", port))
            server: Wire | None = None
            asked, answered = [], []
            for path, reaches in (("/info", True), ("/other", True), ("/info", False), ("/info", True)):
                await browser.send(f"GET {path} HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
                if reaches:
                    server = server or await bench.accept()
                    asked.append(await server.head())
                    await server.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
                answered.append(await browser.head())
                await browser.read(int(answered[-1].headers["content-length"]))
            await browser.close()
    assert [head.start.split()[1] for head in answered] == ["200", "200", "403", "200"]
    assert ["x-frame-options" in head.headers for head in answered] == [False, True, False, False]
    assert not any("via" in head.headers or "x-forwarded-for" in head.headers for head in asked)
