from io import BytesIO, StringIO, TextIOWrapper

import rich.console
from rich.text import Text

from lab.report.lines import Lines


def piped() -> tuple[Lines, StringIO]:
    file = StringIO()
    return Lines(rich.console.Console(file=file, force_terminal=False)), file


def test_lines_obey_nothing_that_is_written() -> None:
    lines, file = piped()
    lines.line("[bold]not markup[/] :snowman: \x1b[2J\r\x07", (" 'quoted' 42", "red"))
    assert file.getvalue() == "[bold]not markup[/] :snowman: \\x1b[2J\\r\\x07 'quoted' 42\n"


def test_lines_put_a_text_of_several_lines_on_one() -> None:
    lines, _ = piped()
    assert lines.clean("one\n  two\tthree") == "one two three"


def test_lines_of_a_pipe_are_never_wrapped() -> None:
    lines, file = piped()
    lines.line("x" * 500)
    lines.paragraph(lines.text("word " * 100), indent=2)
    assert [len(line) for line in file.getvalue().splitlines()] == [500, 501]


def test_lines_of_a_terminal_wrap_paragraphs_and_keep_their_indent() -> None:
    file = StringIO()
    lines = Lines(rich.console.Console(file=file, force_terminal=True, color_system=None, width=30))
    lines.paragraph(Text("one two three four five six seven"), indent=4)
    assert file.getvalue() == "    one two three four five\n    six seven\n"


def test_lines_write_out_what_the_output_cannot_encode() -> None:
    raw = BytesIO()
    file = TextIOWrapper(raw, encoding="ascii", write_through=True)
    Lines(rich.console.Console(file=file)).line("snow ☃ \ud800")
    assert raw.getvalue() == b"snow \\u2603 \\ud800\n"
