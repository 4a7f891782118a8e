"""What holds for every command: help, statuses, plain output, and that nothing ends in a traceback."""

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from lab import cli
from lab.errors import EnvironmentFailure
from tests.cli.kit import LAB, ROOT, Ended, controls, environment, lab, normal, stored

COMMANDS = [
    *("run", "explain", "list", "check", "schema", "behaviours", "profiles", "browsers", "doctor", "install"),
    *("proxy", "serve"),
]


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_says_what_it_said_in_80_columns(name: str, quick: Callable[..., Ended]) -> None:
    help = quick(*([name] if name else []), "--help")
    assert help.status == 0 and help.err == ""
    assert max(map(len, help.out.splitlines())) <= 80 and not controls(help.out)
    assert normal(help.out) == stored(f"help-{name or 'lab'}", help.out)


def test_help_names_every_command_and_no_other() -> None:
    """In a process of its own, as a user would call it."""
    ended = lab("--help")
    assert ended.status == 0 and ended.err == ""
    listed = ended.out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == COMMANDS


def test_version_is_that_of_the_package(quick: Callable[..., Ended]) -> None:
    assert quick("--version") == Ended(0, f"SockJS Lab {version('sockjs-lab')}\n", "")


def test_lab_alone_shows_the_help(quick: Callable[..., Ended]) -> None:
    alone = quick()
    assert (alone.status, alone.err) == (2, "")
    assert alone.out == quick("--help").out


def test_module_and_script_are_the_same() -> None:
    script = Path(sys.executable).with_name("lab")
    done = subprocess.run([script, "run"], env=environment(), capture_output=True, text=True, check=False)
    assert Ended(done.returncode, done.stdout, done.stderr) == lab("run")


def test_mistyped_command_is_told_with_the_nearest(quick: Callable[..., Ended]) -> None:
    ended = quick("chek")
    assert ended.status == 2 and ended.out == ""
    assert "No such command 'chek'" in ended.err and "'check'" in ended.err


def test_reader_who_leaves_early_ends_the_lab_quietly() -> None:
    process = subprocess.Popen(
        [*LAB, "schema"], cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    process.wait()
    assert told == ""


def test_defect_of_the_lab_is_told_in_words_and_its_traceback_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise RuntimeError("impossible")

    monkeypatch.setattr(cli, "build", broken)
    with pytest.raises(SystemExit) as ended:
        cli.main(["list"])
    told = capsys.readouterr().err
    assert ended.value.code == 3
    assert told.startswith("lab: the lab itself failed: RuntimeError: impossible\n") and "Traceback" not in told


def test_failure_of_the_environment_is_told_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise EnvironmentFailure("chromium is not installed.", remedy="Run: lab install chromium")

    monkeypatch.setattr(cli, "build", broken)
    with pytest.raises(SystemExit) as ended:
        cli.main(["list"])
    assert ended.value.code == 3
    assert capsys.readouterr().err == "lab: chromium is not installed.\n     Run: lab install chromium\n"


def test_interruption_before_a_run_has_its_own_status(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "build", interrupted)
    with pytest.raises(SystemExit) as ended:
        cli.main(["list"])
    assert ended.value.code == 130
