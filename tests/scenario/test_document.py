from lab.scenario.base import Reading
from lab.scenario.document import check
from lab.scenario.yaml_text import read


def test_check_gives_the_scenario() -> None:
    source, root, _ = read(b"title: x", "x.yaml")
    scenario, problems = check(source, root, Reading())
    assert scenario is not None
    assert (scenario.title, problems) == ("x", [])


def test_check_gives_the_problems() -> None:
    source, root, _ = read(b"title: 5\nwhy: 6", "x.yaml")
    scenario, problems = check(source, root, Reading())
    assert scenario is None
    assert [problem.line for problem in problems] == [1, 2]
