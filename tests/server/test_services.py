import pytest

from lab.errors import UsageError
from lab.server import services
from lab.server.service import Service


def test_names_are_those_of_the_files() -> None:
    assert {"echo", "close"} <= set(services.names())
    for name in services.names():
        assert issubclass(services.find(name), Service)


def test_find_says_which_there_are() -> None:
    with pytest.raises(UsageError, match="'ehco'") as error:
        services.find("ehco")
    assert "echo" in error.value.remedy
