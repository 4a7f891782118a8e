import contextvars
import types

import pytest
from mitmproxy import ctx

from lab.network import context


def test_each_context_keeps_its_own_master() -> None:
    context.install()
    contexts = [contextvars.copy_context() for _ in range(3)]
    for number, each in enumerate(contexts):
        each.run(setattr, ctx, "master", number)
    assert [each.run(getattr, ctx, "master") for each in contexts] == [0, 1, 2]


def test_outside_of_a_hop_there_is_no_master() -> None:
    context.install()
    # A context of its own: mitmproxy's test kit makes a master in the one that it is used in.
    nowhere = contextvars.Context()
    assert not nowhere.run(hasattr, ctx, "master")
    assert not nowhere.run(hasattr, ctx, "options")


def test_install_refuses_once_a_master_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("ctx")
    vars(module)["master"] = object()
    monkeypatch.setattr(context, "ctx", module)
    with pytest.raises(RuntimeError, match="before the first master"):
        context.install()
