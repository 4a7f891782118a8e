"""What a run leaves where others look for it: the summary as a file of its own, and GitHub's annotations."""

from collections.abc import Callable, Mapping
from pathlib import Path

from lab.errors import EnvironmentFailure, UsageError
from lab.report import github as actions
from lab.report import markdown as summary
from lab.report.files import replace
from lab.timeline.results import RunResult


def check(markdown: Path | None) -> None:
    """See before a long run that its summary can be written after it.

    Raises:
        UsageError: The folder of the file does not exist.
    """
    if markdown is not None and not markdown.absolute().parent.is_dir():
        raise UsageError(
            f"--markdown: there is no folder {markdown.parent} to write {markdown.name} into.",
            remedy="Make it first, or name another file.",
        )


def tell(
    run: RunResult,
    folder: Path,
    say: Callable[[str], None],
    *,
    markdown: Path | None = None,
    github: Mapping[str, str] | None = None,
) -> None:
    """Copy summary.md out of the run's ``folder`` to ``markdown``, and tell GitHub where its environment is given.

    Raises:
        EnvironmentFailure: A file could not be written.
    """
    try:
        text = (folder / summary.NAME).read_text("utf-8")
        if markdown is not None:
            replace(markdown, text.encode("utf-8"))
        if github is not None:
            for line in actions.annotations(run):
                say(line)
            actions.write_summary(text, github)
    except OSError as error:
        raise EnvironmentFailure(
            f"the summary of the run cannot be written: {error.strerror}.",
            remedy=f"It is in {folder / summary.NAME}.",
        ) from error
