"""Every shipped profile loads, says where its figures come from, and stands for a hop in a scenario."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import shipped
from lab.network.behaviour import Catalogue
from lab.scenario.loader import load_bytes
from lab.scenario.profile import Profile, load_profile

FILES = sorted((shipped.PROXIES / "profiles").glob("*.yaml"))


@pytest.fixture(scope="module")
def models(catalogue: Catalogue) -> Any:
    return catalogue.models()


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def profile(request: pytest.FixtureRequest, catalogue: Catalogue) -> Profile:
    return load_profile(request.param, catalogue.parameter_models())


def test_there_are_profiles() -> None:
    assert len(FILES) >= 40


def test_profile_says_what_why_and_who_says_so(profile: Profile) -> None:
    assert profile.title[0].isupper() or profile.title.startswith(("nginx", "lighttpd", "tinyproxy"))
    assert profile.title[-1] not in ".:"
    assert len(profile.why) > 60
    for source in profile.source:
        assert (
            source.startswith(("https://", "http://", "measured with ", "inferred from "))
            or " in Debian 12's " in source
        )
    assert len(set(profile.source)) == len(profile.source)


def test_behaviours_can_be_made(profile: Profile, catalogue: Catalogue) -> None:
    for use in profile.hop.uses:
        made = catalogue.make(use.name, use.parameters, use.limits)
        assert made.name == use.name
        assert catalogue.kind(use.name) == ("link" if profile.hop.kind == "link" else "http")


def test_behaviours_are_each_there_once(profile: Profile) -> None:
    """A scenario changes the parameters of a profile's behaviour by its name."""
    names = [use.name for use in profile.hop.uses]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario_may_name_it(path: Path, models: Any) -> None:
    text = f"title: x\nnetwork: [{path.stem}]\n"
    (hop,) = load_bytes(text.encode(), Path("x.yaml"), models).scenario.network
    assert hop.profile == path.stem


def uses_of(name: str, catalogue: Catalogue) -> dict[str, Any]:
    profile = load_profile(shipped.PROXIES / "profiles" / f"{name}.yaml", catalogue.parameter_models())
    return {use.name: use.parameters for use in profile.hop.uses}


def test_kaspersky_of_one_time_does_not_hide_that_of_another(catalogue: Catalogue) -> None:
    """What swallows messages on a websocket that has opened keeps the client from ever meeting a held stream."""
    assert list(uses_of("kaspersky", catalogue)) == ["buffering"]
    assert list(uses_of("kaspersky-websocket", catalogue)) == ["websocket_blackhole"]


def test_modsecurity_changes_the_answer_of_the_server(catalogue: Catalogue) -> None:
    assert uses_of("modsecurity", catalogue)["no_upgrade"] == {"answer": 200, "reaches_server": True}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_figures_have_units_and_keys_an_order(path: Path) -> None:
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert list(written) == ["title", "why", "source", "hop"]
    assert max(map(len, path.read_text(encoding="utf-8").splitlines())) <= 240
