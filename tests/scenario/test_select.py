from pathlib import Path

import pytest

from lab.errors import UsageError
from lab.scenario.loader import load_bytes
from lab.scenario.matrix import cases
from lab.scenario.select import Found, NoScenario, find, matching


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("title: x\n")


def names_of(found: list[Found]) -> list[str]:
    return [one.name for one in found]


def test_find_searches_folders_in_order(tmp_path: Path) -> None:
    make(tmp_path, "b.yaml", "a/z.yml", "a/b/c.yaml", "README.md", "a/notes.txt", "C.YAML")
    found = find([tmp_path])
    assert names_of(found) == ["C", "a/b/c", "a/z", "b"]
    assert found[1].path == tmp_path / "a/b/c.yaml"


def test_find_passes_over_what_is_no_scenario(tmp_path: Path) -> None:
    make(tmp_path, "a.yaml", ".hidden/b.yaml", ".c.yaml", "proxies/profiles/squid.yaml", "x/proxies/d.yaml")
    assert names_of(find([tmp_path])) == ["a"]


def test_find_keeps_the_order_of_the_paths(tmp_path: Path) -> None:
    make(tmp_path, "a.yaml", "b.yaml", "c/d.yaml")
    assert names_of(find([tmp_path / "c", tmp_path / "b.yaml", tmp_path / "a.yaml"])) == ["d", "b", "a"]


def test_find_counts_a_file_once(tmp_path: Path) -> None:
    make(tmp_path, "a/b.yaml")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "a/b.yaml")
    again = [tmp_path / "a/b.yaml", tmp_path, tmp_path / "a/../a/b.yaml", tmp_path / "link.yaml"]
    assert names_of(find(again)) == ["b"]


def test_find_follows_no_link_in_a_circle(tmp_path: Path) -> None:
    make(tmp_path, "a.yaml")
    (tmp_path / "again").symlink_to(tmp_path)
    assert names_of(find([tmp_path])) == ["a"]


@pytest.mark.parametrize(
    ("files", "paths", "names"),
    [
        (["a/x.yaml", "b/x.yaml"], ["a", "b"], ["a/x", "b/x"]),
        (["a/x.yaml", "b/x.yaml", "b/y.yaml"], ["a/x.yaml", "b"], ["a/x", "b/x", "b/y"]),
        (["x.yaml", "x.yml"], ["."], ["x.yaml", "x.yml"]),
        (["a/x.yaml", "b/y.yaml"], ["a", "b"], ["x", "y"]),
    ],
)
def test_find_gives_each_file_a_name_of_its_own(
    tmp_path: Path, files: list[str], paths: list[str], names: list[str]
) -> None:
    make(tmp_path, *files)
    assert names_of(find([tmp_path / path for path in paths])) == names


def test_find_takes_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a/x.yaml", "x.yaml")
    monkeypatch.chdir(tmp_path)
    assert find([Path("a/x.yaml"), Path()]) == [Found(Path("a/x.yaml"), "a/x"), Found(Path("x.yaml"), "x")]


def test_find_refuses_a_folder_without_scenarios(tmp_path: Path) -> None:
    make(tmp_path, "proxies/x.yaml", "a/.hidden/x.yaml", "a/notes.txt", "b/x.yaml")
    with pytest.raises(NoScenario, match=f"there is no scenario in {tmp_path.as_posix()}/a"):
        find([tmp_path / "b", tmp_path / "a"])
    assert find([]) == []


def test_find_says_where_a_broken_link_leads(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").symlink_to("elsewhere.yaml")
    with pytest.raises(UsageError, match=r"x\.yaml is a link to what is not there: elsewhere\.yaml"):
        find([tmp_path / "x.yaml"])


@pytest.mark.parametrize(
    ("path", "near"),
    [("scenarios/upgrad.yaml", "scenarios/upgrade.yaml"), ("scenaros/upgrade.yaml", "scenarios"), ("zzz", "")],
)
def test_find_names_what_is_nearest_to_a_missing_path(tmp_path: Path, path: str, near: str) -> None:
    make(tmp_path, "scenarios/upgrade.yaml")
    with pytest.raises(UsageError, match="there is no") as raised:
        find([tmp_path / path])
    meant = f'Did you mean "{(tmp_path / near).as_posix()}"?'
    assert raised.value.remedy.startswith(meant if near else "Name a scenario's file, or a folder")


def test_find_refuses_a_file_of_another_kind(tmp_path: Path) -> None:
    make(tmp_path, "a.json")
    with pytest.raises(UsageError, match=r"a\.json is no scenario"):
        find([tmp_path / "a.json"])


@pytest.mark.parametrize(
    ("expression", "engines"),
    [
        ("", ["chromium", "webkit"]),
        ("webkit", ["webkit"]),
        ("x[", ["chromium", "webkit"]),
        ("drops and corporate", ["chromium", "webkit"]),
        ("corporate and not webkit", ["chromium"]),
        ("elsewhere", []),
    ],
)
def test_matching_looks_at_id_title_and_tags(expression: str, engines: list[str]) -> None:
    text = b"title: It drops\ntags: [Corporate]\nbrowsers: [chromium, webkit]\n"
    every = cases(load_bytes(text, Path("x.yaml")))
    assert [case.engine for case in matching(every, expression)] == engines
