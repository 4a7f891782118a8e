"""Makes a corpus of drawn cases, and scores what the diagnosis says of it.

    python -m benchmarks.diagnosis make --cases 300 --seed 1 corpus
    lab run corpus/scenarios --out corpus/runs
    python -m benchmarks.diagnosis score corpus
    python -m benchmarks.diagnosis store corpus        keep one case per behaviour for the tests

`make` writes one scenario per case; `lab run` drives them through the real client, browser, hops and server (it fails
cases: they expect nothing but to open); `score` reads the events back, so that a rule can be mended and scored again
without running anything. `--first` and `--cases` cut a corpus into parts that are run one by one.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from benchmarks.diagnosis import stored
from benchmarks.diagnosis.cases import TRUTH, draw
from benchmarks.diagnosis.score import Score, score
from lab.network.behaviour import Catalogue
from lab.timeline.ndjson import events_in


def say(line: str) -> None:
    """Write a line."""
    sys.stdout.write(f"{line}\n")


def make(folder: Path, *, seed: int, first: int, cases: int, only: list[str], engines: list[str]) -> None:
    """Write the scenarios of ``cases`` cases from number ``first`` on."""
    there = set(Catalogue()) | {"balancer"}
    names = [name for name in TRUTH if name in there and (not only or name in only)]
    scenarios = folder / "scenarios"
    scenarios.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + cases):
        text = yaml.safe_dump(draw(seed, number, names, engines), sort_keys=False, allow_unicode=True)
        (scenarios / f"case-{number:04}.yaml").write_text(text, encoding="utf-8")
    say(f"{cases} cases of {len(names)} behaviours; not drawn: {', '.join(sorted(there - set(names))) or 'none'}")


def cases_in(folder: Path) -> Iterator[tuple[str, dict[str, Any], Path]]:
    """Name, scenario and events of each case that was run and was no error of the lab."""
    for results in sorted(folder.glob("runs/*/results.json")):
        if results.parent.is_symlink():
            continue
        for case in json.loads(results.read_text(encoding="utf-8"))["cases"]:
            name = Path(case["scenario"]).stem
            events = case["artefacts"].get("events")
            if case["outcome"] in ("passed", "failed") and events:
                text = (folder / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
                yield name, yaml.safe_load(text), results.parent / events
            else:
                say(f"{name} not counted: {case['outcome']}: {case['message'][:150]}")


def report(scores: list[Score], *, verbose: bool) -> int:
    """Print the figures and the misses; the exit status."""
    for one in scores:
        if not one.right or verbose:
            say(f"{'right' if one.right else 'MISS '} {one.name}: {', '.join(one.behaviours)}")
            for said in one.said:
                mark = "WRONG" if said in one.wrong else "unsure" if said in one.unsure else "right"
                say(f"      {mark:6} {said.about}: {said.cause} at {said.hop}: {said.sentence}")
            if one.silent:
                say(f"      silent {one.silent}")
    if not scores:
        say("no case was run: nothing is measured")
        return 1
    right = sum(one.right for one in scores)
    named = sum(len(one.said) - len(one.unsure) for one in scores)
    wrong = sum(len(one.wrong) for one in scores)
    say(f"cases      {len(scores)}: {right} right ({right / len(scores):.1%})")
    say(f"statements {named} name a cause: {named - wrong} right ({(named - wrong) / max(named, 1):.1%})")
    say(f"unsure     {sum(len(one.unsure) for one in scores)} statements that the evidence does not suffice")
    drawn = Counter(name for one in scores for name in one.behaviours)
    missed = Counter(name for one in scores if not one.right for name in one.behaviours)
    say("behaviour              cases missed")
    for name, count in sorted(drawn.items()):
        say(f"{name:22} {count:5} {missed[name]:6}")
    return 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis", description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["make", "score", "store"])
    parser.add_argument("folder", type=Path, nargs="+", help="of a corpus; score and store take several")
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], help="draw these behaviours alone")
    parser.add_argument("--engines", nargs="+", default=["chromium"], help="which take turns")
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    if given.what == "make":
        drawn = {name: getattr(given, name) for name in ("seed", "first", "cases", "only", "engines")}
        make(given.folder[0], **drawn)
        return 0
    cases = [case for folder in given.folder for case in cases_in(folder)]
    scored = [
        (score(name, scenario, events_in(path.read_text(encoding="utf-8"))), scenario, path)
        for name, scenario, path in cases
    ]
    if given.what == "store":
        say(f"{stored.write(scored)} cases stored in {stored.FOLDER}")
        return 0
    return report([one for one, _, _ in scored], verbose=given.verbose)


if __name__ == "__main__":
    sys.exit(main())
