"""A whole run, with tries that are none: signals, folders, reports."""

import asyncio
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.errors import EnvironmentFailure
from lab.runner import run as run_module
from lab.runner import session
from lab.runner.conclude import Concluded
from lab.runner.engines import EnginePool
from lab.runner.session import Options, catalogues, run_all
from lab.scenario.matrix import Case
from tests.runner.kit import FakeEngine, Silent, by_id, case, concluded


class Stand:
    """What the fake tries do: they wait where ``wait_in`` names their case, and raise what ``raises`` holds."""

    def __init__(self) -> None:
        self.engines: list[FakeEngine] = []
        self.wait_in = ""
        self.raises: BaseException | None = None
        self.teller = Silent()

    def pool(self, **how: Any) -> EnginePool:
        def make(name: str) -> FakeEngine:
            self.engines.append(FakeEngine(name))
            return self.engines[-1]

        return EnginePool(make)

    def one_try(self, case: Case, tools: object, folder: Path, waits: Callable[[str], None]) -> Any:
        stand = self

        class Try:
            async def run(self, engine: FakeEngine, *, number: int = 1) -> Concluded:
                if stand.raises is not None:
                    raise stand.raises
                if case.id == stand.wait_in:
                    os.kill(os.getpid(), signal.SIGINT)
                    await asyncio.Event().wait()
                return concluded(case)

        return Try()


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Stand:
    made = Stand()
    monkeypatch.setattr(run_module, "OneTry", made.one_try)
    monkeypatch.setattr(session.EnginePool, "of_browsers", made.pool)
    return made


async def test_run_writes_its_reports_and_points_latest_to_them(stand: Stand, tmp_path: Path) -> None:
    result = await run_all([case("a"), case("b")], Options(out=tmp_path, command=["lab", "run"]), stand.teller)
    assert by_id(result.cases) == {"a[chromium]": "passed", "b[chromium]": "passed"} and not result.interrupted
    folder = tmp_path / "latest"
    assert folder.resolve().name == result.run
    written = json.loads((folder / "results.json").read_text())
    assert written["command"] == ["lab", "run"] and [each["outcome"] for each in written["cases"]] == ["passed"] * 2
    assert {"report.html", "junit.xml"} <= {path.name for path in folder.iterdir()}
    assert stand.teller.named("run_began") == [(2, tmp_path / result.run)]
    assert len(stand.teller.named("run_ended")) == 1
    assert [engine.stopped for engine in stand.engines] == [1]


async def test_interrupted_run_keeps_what_it_has_and_skips_the_rest(stand: Stand, tmp_path: Path) -> None:
    stand.wait_in = "b[chromium]"
    result = await run_all([case("a"), case("b"), case("c")], Options(out=tmp_path), stand.teller)
    assert result.interrupted
    assert by_id(result.cases) == {"a[chromium]": "passed", "b[chromium]": "skipped", "c[chromium]": "skipped"}
    assert json.loads((tmp_path / "latest" / "results.json").read_text())["interrupted"] is True
    assert stand.teller.named("note") and [engine.stopped for engine in stand.engines] == [1]


async def test_interruption_at_the_end_does_not_cut_the_end_of_the_engines_short(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []

    async def stop(engine: FakeEngine) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0.01)
        ended.append(engine.name)

    monkeypatch.setattr(FakeEngine, "stop", stop)
    result = await run_all([case("a")], Options(out=tmp_path), stand.teller)
    assert ended == ["chromium"] and stand.teller.named("note")
    assert not result.interrupted, "every case had run"


async def test_signals_end_the_process_again_after_a_run(stand: Stand, tmp_path: Path) -> None:
    await run_all([case("a")], Options(out=tmp_path), stand.teller)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


async def test_defect_in_a_try_costs_only_its_case_and_the_report_is_written(stand: Stand, tmp_path: Path) -> None:
    stand.raises = ZeroDivisionError("a defect")
    result = await run_all([case("a")], Options(out=tmp_path), stand.teller)
    assert [found.outcome for found in result.cases] == ["error"]
    assert "ZeroDivisionError: a defect" in result.cases[0].message
    assert [engine.stopped for engine in stand.engines] == [1]
    assert (tmp_path / "latest" / "results.json").exists()


async def test_run_that_cannot_write_starts_nothing(stand: Stand, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentFailure, match="cannot be made"):
        await run_all([case("a")], Options(out=tmp_path / "file" / "reports"), stand.teller)
    assert stand.engines == []


def test_catalogue_of_a_folder_has_the_behaviours_beside_it_and_the_given_ones(tmp_path: Path) -> None:
    own = '"""{0}."""\nfrom lab.network.behaviour import Behaviour\n\n\nclass Own(Behaviour):\n    """{0}."""\n'
    for folder, name in ((tmp_path / "here" / "proxies", "beside"), (tmp_path / "given", "given")):
        folder.mkdir(parents=True)
        (folder / f"{name}.py").write_text(own.format(name))
    of_folder = catalogues([tmp_path / "given"])
    assert {"beside", "given", "buffering"} <= set(of_folder(tmp_path / "here"))
    assert "beside" not in set(of_folder(tmp_path)) and "given" in set(of_folder(tmp_path))
    assert of_folder(tmp_path) is of_folder(tmp_path), "files are read once"


async def test_run_is_held_against_the_last_one_or_a_baseline(stand: Stand, tmp_path: Path) -> None:
    first = await run_all([case("a")], Options(out=tmp_path), stand.teller)
    await run_all([case("a")], Options(out=tmp_path), stand.teller)
    other = first.model_copy(update={"run": "main"})
    await run_all([case("a")], Options(out=tmp_path, baseline=other), stand.teller)
    changes = [changes for _, _, changes in stand.teller.named("run_ended")]
    assert changes[0] is None
    assert changes[1].against == f"the last run, {first.run}" and changes[1].same == 1
    assert changes[2].against == "the baseline, main"
