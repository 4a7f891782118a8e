import pytest
from pydantic_core import PydanticCustomError

from lab.scenario.versions import BETAS, CARRIED, RELEASES, check_version


@pytest.mark.parametrize("version", [*RELEASES, *BETAS, *CARRIED, "1.6.2", "1.10.0", "2.0.0", "2.0.0-rc.1"])
def test_what_is_on_npm_or_may_be_is_taken(version: str) -> None:
    assert check_version(version) == version


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("0.1.0", "0.1.0 is a client for Node.js, of another design: expected a release from 1.0.0-beta.4 to 1.6.1"),
        ("0.1.3", "0.1.3 is a client for Node.js, of another design: expected a release from 1.0.0-beta.4 to 1.6.1"),
        ("0.2.1", "0.2.1 is not on npm: expected its file, as client: {path: ...}; 0.3.4; or a release from 1.0.0"),
        ("0.3.3", "0.3.3 is not on npm: expected its file, as client: {path: ...}; 0.3.4; or a release from 1.0.0"),
        ("1.1.3", "unknown release: "),
        ("1.5.3", "unknown release: "),
        ("1.0.0-beta.3", "unknown release: "),
        ("1.0.0-beta.14", "unknown release: "),
        ("1.6.1-beta", "unknown release: "),
        ("1.6", "not a release: "),
        ("v1.6.1", "not a release: "),
        ("latest", "not a release: "),
        ("^1.6.1", "not a release: "),
        ("1.6.1\n", "not a release: "),
        ("١.٦.١", "not a release: "),
        ("", "not a release: "),
        (f"1.{'9' * 5000}.0", "not a release: "),
    ],
)
def test_what_npm_cannot_have_is_refused(version: str, said: str) -> None:
    with pytest.raises(PydanticCustomError) as raised:
        check_version(version)
    assert raised.value.message().startswith(said)
