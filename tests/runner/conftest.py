"""One certificate authority for all tests of this folder, and none in the user's cache."""

import pytest

from lab.network.authority import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))
