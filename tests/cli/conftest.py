"""The command line inside the test's own process, for what needs no process of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.kit import Ended, inside


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, root: Path) -> Callable[..., Ended]:
    """``quick("list", path)`` runs `lab list path` in the checkout, at 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.chdir(root)
    return inside
