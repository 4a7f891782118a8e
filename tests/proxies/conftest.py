"""One certificate authority for all tests of this folder, and the behaviours as a scenario would make them."""

import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue()
