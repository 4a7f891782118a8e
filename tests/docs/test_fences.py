"""What the pages show is true: files are shown whole, fragments load, links lead somewhere, commands exist."""

import inspect
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from lab.cli import build
from lab.network.behaviour import Catalogue
from lab.scenario.loader import load_bytes
from lab.scenario.matrix import cases
from scripts.command_line_reference import help_of

ROOT = Path(__file__).resolve().parent.parent.parent
READMES = [ROOT / "README.md", *(ROOT / folder / "README.md" for folder in ("benchmarks", "reports"))]
PAGES = [*READMES, *sorted(ROOT.glob("docs/**/*.md"))]
MODELS = Catalogue([ROOT / "docs" / "examples" / "proxies"]).models()
COMMANDS = {command.name: help_of(command.name or "") for command in build().registered_commands}

FENCE = re.compile(r"^```(\w*)(?: ([^\n]*))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^<!-- file: (\S+) -->\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"`((?:benchmarks|docs|lab|proxies|scenarios|scripts|tests)/[a-z][\w./-]*)`")
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@pages
def test_page_shows_files_as_they_are(page: Path) -> None:
    for name, shown in SHOWN.findall(page.read_text(encoding="utf-8")):
        assert shown == (ROOT / name).read_text(encoding="utf-8"), name


@pages
def test_page_shows_no_scenario_that_does_not_load(page: Path) -> None:
    for language, _, text in FENCE.findall(page.read_text(encoding="utf-8")):
        if language == "yaml" and re.search(r"^(title|network|steps|expect|matrix):", text, re.MULTILINE):
            whole = text if re.search(r"^title:", text, re.MULTILINE) else f"title: A fragment\n{text}"
            assert cases(load_bytes(whole.encode(), page, MODELS))


@pages
def test_page_shows_no_python_that_cannot_be_loaded(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    whole = page.read_text(encoding="utf-8")
    files = {shown for _, shown in SHOWN.findall(whole)}
    for language, _, text in FENCE.findall(whole):
        if language == "python" and text not in files:
            names: dict[str, Any] = {"__name__": "shown"}
            exec(compile(text, str(page), "exec"), names)  # its imports and definitions, no calls ...
            for name, value in names.items():
                if name.startswith("test_") and not inspect.iscoroutinefunction(value):
                    value()  # ... but of a test that waits for nothing.


@pages
def test_page_links_to_what_is_there(page: Path) -> None:
    for link in ("".join(found) for found in LINK.findall(page.read_text(encoding="utf-8"))):
        if link.startswith("http"):
            continue
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if heading:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            # As GitHub makes them: lower case, punctuation gone, blanks to hyphens.
            anchors = [re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-") for words in headings]
            assert heading in anchors, link


@pages
def test_page_names_files_that_exist(page: Path) -> None:
    for name in PLACE.findall(page.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name


@pages
def test_page_gives_commands_that_exist(page: Path) -> None:
    for language, _, text in FENCE.findall(page.read_text(encoding="utf-8")):
        for line in text.splitlines() if language in ("sh", "yaml") else ():
            found = re.search(r"(?:^|\s|: )(?:\.venv/bin/)?lab ([a-z]+)(.*)$", line)
            if found is None or (language == "yaml" and ".venv/bin/lab" not in line):
                continue
            command, rest = found.groups()
            assert command in COMMANDS, line
            for word in shlex.split(rest, comments=True):
                option = word.partition("=")[0]
                if option.startswith("-"):
                    assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", COMMANDS[command]), line
                elif word.startswith(("scenarios/", "docs/", "proxies/")):
                    assert (ROOT / word).exists(), line


def test_a_file_is_shown_somewhere_for_every_example() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    shown = {name for name, _ in SHOWN.findall(text)}
    examples = [path for path in ROOT.glob("docs/examples/**/*.*") if path.suffix in (".yaml", ".yml", ".py")]
    assert examples
    assert {path.relative_to(ROOT).as_posix() for path in examples} <= shown
