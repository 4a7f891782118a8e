"""Nobody stopped the attempt: the hops or the server took longer than the client waits."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence, journey, ran_out
from lab.timeline.progress import held_ms, progress_of
from lab.timeline.results import Diagnosis
from lab.timeline.words import listed, ms

ORDER = 120


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the hops together, or the server, used up at least half of the time that it was given."""
    for trial in case.trials:
        if trial.attempt.outcome != "timed out":
            continue
        progress = progress_of(trial)
        held = {hop: time for hop, time in held_ms(trial).items() if time >= trial.allowed_ms / 10}
        waited = trial.until_ms - progress.since_ms
        if sum(held.values()) >= trial.allowed_ms / 2:
            slowest = max(held, key=lambda hop: held[hop])
            times = listed([f"{hop} {ms(time)}" for hop, time in held.items()])
            sentence = f"The way through the hops was too slow: {times} {ran_out(trial)}."
        elif progress.place == "server" and waited >= trial.allowed_ms / 2:
            slowest = None
            sentence = f"The server had had the request for {ms(waited)} and had not opened {ran_out(trial)}."
        else:
            continue
        measured = ""
        if case.info and case.info.rtt_ms is not None:
            measured = f"; the client reckons with {ms(case.info.rtt_ms)} for a round trip, which is what /info took"
        yield Diagnosis(
            about=trial.about,
            cause="too_slow",
            hop=slowest,
            sentence=sentence,
            proof=journey(trial),
            hint=f"raise the client's `timeout` (since sockjs-client 1.4.0){measured}",
        )
