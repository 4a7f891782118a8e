"""Answers a small number with a long message."""

from lab.server.service import Service, Session

_MOST = 18


class Amplify(Service):
    """Answers the number n with 2 to the power of n times ``x``; anything but 1 to 18 counts as 1."""

    def on_message(self, session: Session, text: str) -> None:
        """Send the long message."""
        session.send("x" * 2 ** exponent(text))


def exponent(text: str) -> int:
    """The number that ``text`` asks for."""
    try:
        number = int(float(text[:20]))
    except (ValueError, OverflowError):
        return 1
    return number if 1 <= number <= _MOST else 1


SERVICE = Amplify
