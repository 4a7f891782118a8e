"""Every behaviour's file runs in a real mitmdump, without the lab: all of them at once, as a start takes a second."""

from pathlib import Path

import pytest

from lab import shipped
from lab.network.behaviour import Catalogue
from lab.network.testing import mitmdump

REQUIRED = {"replace_text": ["find=x"]}
"""The options of those that cannot do without."""


async def test_mitmdump_starts_with_every_file(tmp_path: Path, catalogue: Catalogue) -> None:
    scripts = sorted(path for path in shipped.PROXIES.glob("*.py") if not path.name.startswith("_"))
    assert {path.stem for path in scripts} <= set(catalogue)
    options = [f"{name}_{option}" for name, given in REQUIRED.items() for option in given]
    async with mitmdump(scripts, *options, mode="regular", confdir=tmp_path) as port:
        assert port


@pytest.mark.parametrize("path", sorted(shipped.PROXIES.glob("*.py")), ids=lambda path: path.stem)
def test_every_file_has_a_test(path: Path) -> None:
    assert (Path(__file__).parent / f"test_{path.stem}.py").exists()
