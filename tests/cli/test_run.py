"""`lab run` where no browser is needed: what is refused before, and what a missing browser looks like."""

import json
import os
import pty
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.kit import LAB, Ended, controls, environment, lab, normal, stored

FINE = "title: Fine\nbrowsers: [chromium]\nexpect: {transport: websocket}\n"
MISSING = {"SOCKJS_LAB_CHROMIUM": "/nonexistent"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fine.yaml").write_text(FINE)
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("name", "words", "status"),
    [
        ("no-path", ["run"], 2),
        ("missing-path", ["run", "fin.yaml"], 2),
        ("no-scenario", ["run", "file"], 2),
        ("no-scenario-below", ["run", "fine.yaml", "folder"], 5),
        ("unknown-browser", ["run", "fine.yaml", "--browser", "opera"], 2),
        ("other-browser", ["run", "fine.yaml", "--browser", "webkit", "--browser", "firefox"], 5),
        ("bad-expression", ["run", "fine.yaml", "-k", "fine and and"], 2),
        ("nothing-selected", ["run", "fine.yaml", "-k", "not fine"], 5),
        ("misspelt-expression", ["run", "fine.yaml", "-k", "chromum"], 5),
        ("no-jobs", ["run", "fine.yaml", "--jobs", "0"], 2),
        ("jobs-in-letters", ["run", "fine.yaml", "--jobs", "two"], 2),
        ("out-is-a-file", ["run", "fine.yaml", "--out", "file"], 2),
        ("out-below-a-file", ["run", "fine.yaml", "--out", "file/reports"], 3),
        ("no-proxies", ["run", "fine.yaml", "--proxies", "nowhere"], 2),
    ],
)
def test_run_refuses_before_it_starts_anything(
    name: str,
    words: list[str],
    status: int,
    folder: Path,
    quick: Callable[..., Ended],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    ended = quick(*words)
    assert (ended.status, ended.out) == (status, "")
    assert normal(ended.err) == stored(f"run-{name}", ended.err)
    assert sorted(path.name for path in folder.iterdir()) == ["file", "fine.yaml", "folder"], "no reports were made"


def test_missing_browser_is_an_error_with_its_remedy_and_a_report(folder: Path) -> None:
    ended = lab("run", "fine.yaml", cwd=folder, env=MISSING)
    assert ended.status == 3 and ended.err == ""
    assert not controls(ended.out)
    assert normal(ended.out) == stored("run-missing-browser", ended.out)
    report = folder / ended.out.splitlines()[-1]
    assert report.is_file() and (report.parent / "junit.xml").is_file()
    results = json.loads((report.parent / "results.json").read_text())
    (case,) = results["cases"]
    assert case["outcome"] == "error" and case["remedy"] == "Correct or unset SOCKJS_LAB_CHROMIUM."


def test_run_goes_on_where_its_reader_has_left(folder: Path) -> None:
    process = subprocess.Popen(
        [*LAB, "run", "fine.yaml"],
        cwd=folder,
        env=environment(**MISSING),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 3 and told == ""
    assert (folder / "reports" / "latest" / "report.html").is_file()


@pytest.mark.parametrize(("more", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_terminal_is_given_colour_unless_it_is_unwanted(more: dict[str, str], coloured: bool, folder: Path) -> None:
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        [*LAB, "run", "fine.yaml"], cwd=folder, env=environment(**MISSING, **more), stdout=end, stderr=end
    )
    os.close(end)
    said = b""
    while data := _read(terminal):
        said += data
    os.close(terminal)
    assert process.wait() == 3 and b"fine[chromium]" in said
    colours = re.findall(rb"\x1b\[[0-9;]*\b(?:3[0-7]|9[0-7])m", said)
    assert bool(colours) is coloured


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's word for the end of a terminal.
        return b""
