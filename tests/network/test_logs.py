import logging

from lab.network import logs

LOGGER = logging.getLogger("mitmproxy")


def test_log_is_kept_in_until_the_last_hop_has_ended() -> None:
    root = list(logging.getLogger().handlers)
    before = list(LOGGER.handlers)
    with logs.kept_in():
        with logs.kept_in():
            assert not LOGGER.propagate
        assert not LOGGER.propagate
        assert len(LOGGER.handlers) == len(before) + 1
        assert logging.getLogger().handlers == root
    assert LOGGER.propagate
    assert LOGGER.handlers == before


def test_error_outside_of_a_hop_is_dropped() -> None:
    with logs.kept_in():
        LOGGER.error("nobody's")
