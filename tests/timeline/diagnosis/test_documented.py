"""Every cause that a rule names stands in the documentation, and no other."""

import ast
import re
from pathlib import Path

from lab.timeline.diagnosis import causes, rules

PAGE = Path(__file__).resolve().parents[3] / "docs" / "explanation" / "diagnosis.md"


def _causes() -> set[str]:
    found = set()
    for path in Path(rules.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "cause":
                found |= {one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant)}
    return {str(cause) for cause in found if cause is not None}


def test_every_cause_is_documented_and_no_other():
    table = PAGE.read_text(encoding="utf-8").partition("| cause |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    documented = [cause for cell in cells for cause in re.findall(r"`(\w+)`", cell)]
    assert len(documented) == len(set(documented)) > 40
    assert set(documented) == _causes()
    assert sorted(documented) == [*causes()]
