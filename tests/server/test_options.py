from lab.server.options import ServerOptions
from lab.sockjs.session import Settings


def test_settings_take_the_options_over() -> None:
    options = ServerOptions(heartbeat_s=1, disconnect_delay_s=2, queue_limit=3)
    assert options.settings() == Settings(heartbeat_s=1, disconnect_delay_s=2, queue_limit=3)
