from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab.errors import LabError, UsageError
from lab.network.behaviour import Catalogue
from lab.network.filter import Filter
from lab.network.link.behaviour import LinkBehaviour

OWN = '''
"""Does as it is told."""

from pydantic import Field
from lab.network.link.behaviour import LinkBehaviour

class Own(LinkBehaviour):
    """Does as it is told."""

    class Parameters(LinkBehaviour.Parameters):
        """Its parameters."""

        depth: int = Field(1, ge=1, description="How deep.")
'''


class Named(LinkBehaviour):
    """Of the name of this file."""


def limits(**given: Any) -> Any:
    when = given.pop("when", None)
    if when is not None:
        when = SimpleNamespace(**{"transport": None, "url": None, "method": None, "header": None, **when})
    return SimpleNamespace(
        **{"when": when, "after": 0.0, "for_": None, "every": None, "nth": None, "seed": 0, **given}
    )


def own_folder(folder: Path, text: str = OWN, name: str = "own.py") -> Path:
    (folder / "link").mkdir(exist_ok=True)
    (folder / "link" / name).write_text(text)
    return folder


def test_catalogue_finds_a_link_behaviour_in_the_folder_link(tmp_path: Path) -> None:
    catalogue = Catalogue([own_folder(tmp_path)])
    own = catalogue.make("own", {"depth": 2})
    assert (own.name, own.parameters.depth) == ("own", 2)
    assert [catalogue.kind(name) for name in ("own", "no_upgrade")] == ["link", "http"]
    assert "own" in list(catalogue)
    with pytest.raises(UsageError, match="own: depth: "):
        catalogue.make("own", {"depth": 0})
    with pytest.raises(UsageError, match="no behaviour called owm"):
        catalogue.kind("owm")


def test_catalogue_refuses_a_name_that_stands_for_two(tmp_path: Path) -> None:
    own_folder(tmp_path)
    (tmp_path / "own.py").write_text(OWN.replace("network.link", "network").replace("LinkBehaviour", "Behaviour"))
    with pytest.raises(LabError, match=r"link/own\.py: there is a behaviour of a proxy of that name") as raised:
        Catalogue([tmp_path])
    assert raised.value.remedy


def test_own_link_behaviour_replaces_a_shipped_one_of_a_proxy(tmp_path: Path) -> None:
    assert Catalogue([own_folder(tmp_path, name="buffering.py")]).kind("buffering") == "link"


def test_behaviour_of_a_proxy_is_none_of_a_link(tmp_path: Path) -> None:
    text = OWN.replace("network.link", "network").replace("LinkBehaviour", "Behaviour")
    with pytest.raises(LabError, match=r"expected one subclass of lab\.network\.link\.behaviour\.LinkBehaviour"):
        Catalogue([own_folder(tmp_path, text)])


def test_limits_set_the_filter() -> None:
    behaviour = Named()
    behaviour.limit(limits(when={"direction": "up"}, after=50.0, nth=[2]), place="hop1.0")
    assert behaviour.filter == Filter(direction="up", after_ms=50.0, nth=frozenset({2}))
    behaviour.limit(None)
    assert behaviour.filter == Filter()


@pytest.mark.parametrize("when", [{"url": "/echo"}, {"transport": "websocket"}, {"method": "GET"}, {"header": "Via"}])
def test_limits_that_look_into_requests_are_refused(when: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="test_behaviour: a link sees bytes, not requests") as raised:
        Named().limit(limits(when={"direction": None, **when}))
    assert raised.value.remedy


def test_lots_depend_on_seed_place_connection_and_direction_alone() -> None:
    def drawn(seed: int, place: str, conn: int, direction: str) -> float:
        behaviour = Named()
        behaviour.limit(limits(seed=seed), place=place)
        behaviour.random_for(9, "up").random()  # another connection draws in between
        return behaviour.random_for(conn, direction).random()

    base = (7, "hop1.0", 1, "up")
    assert drawn(*base) == drawn(*base)
    others = [(8, *base[1:]), (7, "hop1.1", 1, "up"), (7, "hop1.0", 2, "up"), (7, "hop1.0", 1, "down")]
    assert len({drawn(*base), *(drawn(*other) for other in others)}) == 5
    assert Named().random.random() == Named().random.random()
