"""What the lab raises on purpose: a sentence for the user, never a traceback."""

DEFECT = "This is a defect of the lab: please report it."
"""The remedy where the lab itself is at fault."""


class LabError(Exception):
    """Something the user can act on. ``str(error)`` says what, ``remedy`` what to do about it."""

    status = 3
    """The exit status of a command that it ends."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class UsageError(LabError):
    """The command line or a scenario is wrong."""

    status = 2


class EnvironmentFailure(LabError):
    """The lab cannot do its work here: a browser is missing, a port is taken."""
