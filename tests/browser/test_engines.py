import pytest

from lab.browser import find
from lab.browser.engines import create, names
from lab.errors import UsageError


def test_engines_are_found_by_their_files() -> None:
    assert names() == sorted(find.NAMES)


@pytest.mark.parametrize("name", find.NAMES)
def test_create_makes_an_engine_that_is_not_started(name: str) -> None:
    engine = create(name)
    assert (engine.name, engine.version) == (name, "")


def test_create_guesses_what_was_meant() -> None:
    with pytest.raises(UsageError, match="no engine named chrome") as raised:
        create("chrome")
    assert raised.value.remedy == "Did you mean chromium? The engines are chromium, firefox, webkit."


@pytest.mark.parametrize("name", find.NAMES)
async def test_stop_does_nothing_to_an_engine_that_was_not_started(name: str) -> None:
    await create(name).stop()
