"""What the lab raises on purpose: a sentence for the user, never a traceback."""


class LabError(Exception):
    """Something the user can act on. ``str(error)`` says what, ``remedy`` what to do about it."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class UsageError(LabError):
    """The command line or a scenario is wrong (exit status 2)."""


class EnvironmentFailure(LabError):
    """The lab cannot do its work here: a browser is missing, a port is taken (exit status 3)."""
