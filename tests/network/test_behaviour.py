import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab.errors import LabError, UsageError
from lab.network.behaviour import Behaviour, Catalogue
from lab.scenario.limits import LIMITS, Limits

OWN = '''
from mitmproxy import http
from pydantic import Field
from lab.network.behaviour import Behaviour

class Own(Behaviour):
    """Does as it is told."""

    class Parameters(Behaviour.Parameters):
        """Its parameters."""

        depth: int = Field(1, ge=1, description="How deep.")

addons = [Own.addon()]
'''


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder


def test_catalogue_finds_the_shipped_ones() -> None:
    assert {"buffering", "connect_policy", "no_upgrade", "strip_cookies"} <= set(Catalogue())


@pytest.mark.parametrize("name", list(Catalogue()))
def test_shipped_one_is_documented_and_leaves_the_reserved_keys_alone(name: str) -> None:
    catalogue = Catalogue()
    assert catalogue[name].name == name
    assert catalogue[name].__doc__
    for key, field in catalogue.parameter_models()[name].model_fields.items():
        assert field.description
        assert (field.alias or key) not in LIMITS
    with pytest.raises(UsageError, match=f"{name}: .*no_such_key: "):
        catalogue.make(name, {"no_such_key": 1})


def test_own_folder_adds_and_replaces(tmp_path: Path) -> None:
    written(tmp_path, "own.py", OWN)
    written(tmp_path, "no_upgrade.py", OWN)
    written(tmp_path, "_helper.py", "raise SystemExit")
    catalogue = Catalogue([tmp_path])
    assert catalogue.make("own", {"depth": 2}).parameters.model_dump() == {"depth": 2}
    assert catalogue.make("no_upgrade", {"depth": 3}).name == "no_upgrade"
    assert "_helper" not in list(catalogue)
    assert "own" not in list(Catalogue())


def test_two_folders_may_have_files_of_one_name(tmp_path: Path) -> None:
    for folder, default in (("a", "1"), ("b", "7")):
        (tmp_path / folder).mkdir()
        written(tmp_path / folder, "own.py", OWN.replace("Field(1,", f"Field({default},"))
    first, second = (Catalogue([tmp_path / folder]).make("own", {}) for folder in ("a", "b"))
    assert (first.parameters.model_dump(), second.parameters.model_dump()) == ({"depth": 1}, {"depth": 7})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import nothing_of_that_name\n", r"own\.py:1: ModuleNotFoundError: .*nothing_of_that_name"),
        ("x = 1\n\ny = x / 0\n", r"own\.py:3: ZeroDivisionError: "),
        ("def f(:\n", r"own\.py:1: SyntaxError: "),
        ("x = 1\n", r"own\.py: expected one subclass .*, found none"),
        (OWN + OWN.replace("class Own", "class Two"), r"own\.py: expected one subclass .*, found Own, Two"),
    ],
)
def test_broken_file_is_a_lab_error(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(LabError, match=expected) as raised:
        Catalogue([written(tmp_path, "own.py", text)])
    assert raised.value.remedy


def test_unknown_name_is_answered_with_a_near_one() -> None:
    with pytest.raises(UsageError, match="no behaviour called no_upgrades") as raised:
        Catalogue().make("no_upgrades", {})
    assert raised.value.remedy == "Did you mean no_upgrade?"


def test_parameters_cannot_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Behaviour.Parameters().anything = 1  # type: ignore[attr-defined] # that is what must fail


def drawn(seed: int, place: str) -> list[float]:
    behaviour = Catalogue().make("no_upgrade", {})
    behaviour.limit(SimpleNamespace(when=None, after=0.0, for_=None, every=None, nth=None, seed=seed), place=place)
    return [behaviour.random.random() for _ in range(5)]


def test_same_seed_at_one_place_draws_the_same_lots() -> None:
    assert drawn(1, "hop1/0") == drawn(1, "hop1/0")
    assert drawn(1, "hop1/0") != drawn(2, "hop1/0")
    assert drawn(1, "hop1/0") != drawn(1, "hop2/0")


def test_profiles_are_found_beside_the_behaviours(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "own.yaml").write_text("title: x\nsource: [y]\nhop: no_upgrade\n")
    catalogue = Catalogue([tmp_path])
    assert {"own", "squid"} <= catalogue.models().keys()
    assert "own" not in catalogue.parameter_models()
    assert "own" not in Catalogue().models()


@pytest.mark.parametrize("name", list(Catalogue().profiles))
def test_shipped_profile_is_right_and_says_why(name: str) -> None:
    profile: Any = Catalogue().models()[name]
    assert profile.profile.why
    for use in profile.profile.hop.uses:
        assert Catalogue().make(use.name, use.parameters, use.limits).name == use.name


def test_behaviour_is_made_with_its_limits() -> None:
    made = Catalogue().make("no_upgrade", {}, Limits(nth=[2], seed=1), place="hop1/0")
    assert made.filter.nth == {2}


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("block", "up"),
        ("request_buffering", "up"),
        ("inject_html", "down"),
        ("no_upgrade", "up"),
        ("cors", "down"),
        ("response_cut", "down"),
        ("first_byte_timeout", "down"),
        ("rewrite_headers", None),
        ("websocket_delay", None),
    ],
)
def test_way_of_what_a_behaviour_acts_on_is_told_by_its_hooks_or_by_itself(name: str, way: str | None) -> None:
    assert Catalogue()[name].Parameters.lab_direction == way  # type: ignore[union-attr] # none is of a link


def test_way_is_told_by_hooks_whatever_else_was_imported() -> None:
    """Mitmproxy's list of hooks grows as its layers are imported."""
    program = "from lab.network.behaviour import Catalogue; print(Catalogue()['block'].Parameters.lab_direction)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "up\n"
