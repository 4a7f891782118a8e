"""What is kept of a case: which files, of which cases, and without whose credentials."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from lab.events import Event
from lab.network.flows import FlowDump
from lab.redact import Redaction
from lab.report.har import har_of
from lab.runner.conclude import Concluded
from lab.timeline.results import Outcome

Policy = Literal["always", "failure", "never"]
"""Of which cases HAR, flows, trace and screenshot are kept: all, those that did not pass, none.

The events are kept of every case, but for ``never``; the timeline always, for it is part of the report.
"""


@dataclass(frozen=True)
class Keeping:
    """What a run keeps."""

    policy: Policy = "failure"
    redaction: Redaction = field(default_factory=Redaction)

    @property
    def events(self) -> bool:
        """Whether events.ndjson is written."""
        return self.policy != "never"

    def wants(self, outcome: Outcome) -> bool:
        """Whether the large files of a case that ended so are kept."""
        return self.policy == "always" or (self.policy == "failure" and outcome != "passed")

    def traces(self, wanted: bool) -> bool:
        """Whether to record a trace where one is ``wanted``: it is recorded before the outcome is known."""
        return wanted and self.policy != "never"

    def trace(self, path: Path) -> bool:
        """Hide credentials in the trace at ``path``; where that fails, the trace is removed, and False returned."""
        try:
            self.redaction.trace(path)
        except (OSError, ValueError, zipfile.BadZipFile):
            path.unlink(missing_ok=True)
            return False
        return True

    def finish(
        self,
        concluded: Concluded,
        events: Sequence[Event],
        folder: Path,
        dumps: Sequence[FlowDump],
        hops: Mapping[int, str],
    ) -> Concluded:
        """The conclusion with what ``folder`` has gained: the HAR, and the flows of each hop, named by its port."""
        result = concluded.result
        if not self.wants(result.outcome):
            return concluded
        har = har_of(
            events, title=result.id, browser=(result.engine, result.engine_version), began_at=result.began_at
        )
        found = dict(result.artefacts)
        if har["log"]["entries"]:
            text = json.dumps(har, ensure_ascii=True, indent=1)
            (folder / "case.har").write_text(text, encoding="ascii")
            found["har"] = "case.har"
        for dump in dumps:
            name = hops.get(dump.port, "hop")
            if dump.write(folder / f"{name}.flows", self.redaction.header):
                found[f"flows {name}"] = f"{name}.flows"
        return replace(concluded, result=result.model_copy(update={"artefacts": found}))
