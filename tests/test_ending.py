import gc
import sys
import weakref

import pytest

from lab.ending import let_go_of_tls


class InACycle:
    def __init__(self) -> None:
        self.itself = self


@pytest.mark.parametrize("there", [True, False])
def test_what_stands_in_cycles_is_freed_where_there_was_tls(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    if there:
        monkeypatch.setitem(sys.modules, "OpenSSL", sys)
    else:
        monkeypatch.delitem(sys.modules, "OpenSSL", raising=False)
    gc.disable()
    try:
        left = weakref.ref(InACycle())
        let_go_of_tls()
        assert (left() is None) is there
    finally:
        gc.enable()
