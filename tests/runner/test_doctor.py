"""What the doctor says of engines that are none, and of ports and hops that are real."""

from typing import Any

import pytest

from lab.runner import doctor
from lab.runner.doctor import Finding, examine
from tests.runner.kit import FakeEngine


class Engine(FakeEngine):
    """An engine whose page answers what ``answer`` says, and which goes to no proxy."""

    answer = "function"

    async def open(self, **how: Any) -> Any:
        tab = await super().open(**how)
        tab.evaluate = self._evaluate
        return tab

    async def _evaluate(self, script: str) -> str:
        return self.answer


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine()

    class Located:
        origin = "system"

    async def found(name: str) -> Located:
        return Located()

    monkeypatch.setattr(doctor.engines, "create", lambda name, **how: made)
    monkeypatch.setattr(doctor.find, "find", found)
    return made


async def findings(*names: str) -> dict[str, Finding]:
    return {finding.check: finding async for finding in examine(names)}


async def test_doctor_checks_the_machine_itself() -> None:
    found = await findings()
    assert list(found) == ["Python", "mitmproxy", "sockjs-client", "ports"]
    assert all(finding.ok and finding.detail and not finding.remedy for finding in found.values()), found


async def test_doctor_sees_that_a_page_did_not_go_through_the_proxy(engine: Engine) -> None:
    found = await findings("chromium")
    assert found["chromium"].ok and found["chromium: page"].ok
    assert found["chromium"].detail.startswith("1.2.3, system, started in ")
    proxy = found["chromium: proxy"]
    assert not proxy.ok and "not through the proxy" in proxy.detail and "policy" in proxy.remedy
    assert engine.stopped == 1 and all(tab.closed for tab in engine.tabs)


async def test_doctor_sees_that_the_client_did_not_run(engine: Engine) -> None:
    engine.answer = "undefined"
    assert "did not run" in (await findings("chromium"))["chromium: page"].detail


async def test_doctor_asks_no_more_of_an_engine_that_does_not_start(engine: Engine) -> None:
    engine.breaks = "start"
    found = await findings("chromium")
    assert list(found)[4:] == ["chromium"] and engine.stopped == 1
    assert (found["chromium"].detail, found["chromium"].remedy) == ("the browser did not start", "Install it.")


async def test_doctor_survives_a_defect(engine: Engine) -> None:
    engine.breaks = "goto"
    page = (await findings("chromium"))["chromium: page"]
    assert not page.ok and page.detail == "ValueError: a defect" and "defect of the lab" in page.remedy
    assert engine.stopped == 1


async def test_doctor_names_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "OLDEST_PYTHON", (99, 0))
    python = (await findings())["Python"]
    assert not python.ok and "too old" in python.detail and python.remedy
