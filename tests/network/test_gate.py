from typing import Any

from lab.network.gate import Gate


def test_gate_passes_events_on_until_it_is_closed() -> None:
    passed: list[Any] = []
    gate = Gate()
    emit = gate.through(lambda kind, /, **data: passed.append((kind, data)))
    emit("request", flow=1)
    gate.close()
    emit("response", flow=1)
    assert passed == [("request", {"flow": 1})]
