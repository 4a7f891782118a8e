"""A hop cut off what the frame of an iframe transport loads: its page, or the client that the page asks for."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.ends import cut_of
from lab.timeline.join import Trial
from lab.timeline.progress import progress_of
from lab.timeline.requests import Joined
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 92
CAUSES = ("connection_cut",)


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the transport's own request was never seen, and an answer for the frame did not come whole."""
    for trial in case.trials:
        if progress_of(trial).place != "browser":
            continue
        for one in _loaded(case, trial):
            nearest = next(iter(one.read().values()))
            cut = cut_of(one, case.hops, trial.until_ms, case.tcp_ends) if nearest.end is None else None
            if cut is not None:
                how, after = f" {cut.how}" if cut.how else "", ms(trial.after(cut.t_ms))
                yield Diagnosis(
                    about=trial.about,
                    cause="connection_cut",
                    hop=cut.hop,
                    sentence=f"{cut.hop} ended the connection of GET {one.path}{how} {after} after the attempt "
                    f"began, and without that the frame of {trial.attempt.transport} asks for nothing.",
                    proof=list(cut.proof),
                    hint=f"look for a rule, a limit or a time in {cut.hop} that ends this kind of connection",
                )
                break


def _loaded(case: Evidence, trial: Trial) -> Iterator[Joined]:
    """The requests for the page in the frame, and for what that page asks."""
    pages = {urlsplit(one.path).path for exchanges in trial.pages.values() for one in exchanges}
    for one in case.requests:
        first = next(iter(one.read().values()), None)
        if first is not None and trial.attempt.start_ms <= first.t_ms <= trial.until_ms:
            asked_by = {urlsplit(referer).path for referer in first.values("Referer")}
            if pages & {first.path, *asked_by}:
                yield one
