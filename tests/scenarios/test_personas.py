"""The shipped scenarios of the personas expect what the personas say, in every cell.

That the files are what their script makes of the personas is held with all other generated files, in
tests/docs/test_reference.py.
"""

import itertools

import pytest

from lab.browser import personas
from lab.scenario.loader import load_bytes
from lab.scenario.matrix import cases
from scripts.persona_scenarios import FOLDER, files

CELLS = list(itertools.product(personas.PAGES, personas.COLUMNS))


def test_folder_holds_a_file_for_each_column_and_nothing_else() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{page}-{column}.yaml" for page, column in CELLS}


@pytest.mark.parametrize(("page", "column"), CELLS)
def test_every_persona_is_expected_to_open_on_what_it_chose(page: personas.PageKind, column: personas.Column) -> None:
    path = FOLDER / f"{page}-{column}.yaml"
    document = load_bytes(files()[path].encode(), path)
    expected = {
        (case.scenario.page.persona, case.scenario.page.scheme): case.scenario.expect.transport
        for case in cases(document)
        if case.engine == "webkit"
    }
    schemes = ("http", "https") if page == "http" else ("http",)
    chosen = {name: personas.find(name).chosen(page, column) for name in personas.names()}
    assert expected == {(name, scheme): transport for name, transport in chosen.items() for scheme in schemes}
