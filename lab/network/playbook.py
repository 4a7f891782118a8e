r"""Plays a dialogue with a behaviour, without a clock and without a socket.

A dialogue is a text. Each line has a time in milliseconds, who it is about, and what that one does: lines with
``gets`` say what must come out of the hop, all others go into it. `play` puts them in, and where something else comes
out, in another order or at another time, it raises an AssertionError that shows the two dialogues as a diff::

    play(catalogue.make("response_delay", {"delay": "150ms"}), r'''
        0    client asks GET /info
        0    server gets GET /info
        5    server answers 200 [Content-Length: 2]
        5    client gets 200 [Content-Length: 2]
        5    server says "o\n"
        5    server ends
        155  client gets "o\n"
        155  client gets end
    ''')

What may go in:

- ``client asks METHOD PATH [Name: value; Name: value]``; where a header announces a body, ``client says "..."`` and
  ``client ends`` follow.
- ``server answers STATUS [...]``, ``server says "..."`` for each piece of the body, ``server ends``.
- After 101, ``client says "..."`` and ``server says "..."`` are messages; they may also say ``ping``, ``pong`` and
  ``close``, and ``client ends`` is the end of the TCP connection.

What comes out is written the same way, with ``gets``; ``end`` is the end of a body, ``fin`` and ``rst`` that of a
connection. Not played: what the hop does to headers by itself, limits, and behaviours that reset connections.
"""

import difflib

from lab.network.behaviour import Behaviour
from lab.network.dialogue import lines_of
from lab.network.player import Player, Show


def play(behaviour: Behaviour, dialogue: str, *, show: Show = lambda data: data) -> list[str]:
    """Play a dialogue.

    Args:
        behaviour: With whom.
        dialogue: As the module's docstring has it. What leads in a line is left out, and so are empty lines.
        show: What is shown of a piece that the client gets; it is left out of the dialogue where that is empty.

    Returns:
        What the behaviour said that it did, in order.

    Raises:
        AssertionError: It went otherwise.
        ValueError: A line is none.
    """
    wanted = lines_of(dialogue)
    player = Player(behaviour, show)
    played = player.play(wanted)
    if played != wanted:
        diff = "\n".join(line.rstrip() for line in difflib.ndiff(wanted, played) if not line.startswith("?"))
        raise AssertionError(f"it went otherwise (- as written, + as played):\n{diff}")
    return player.said
