"""The SockJS protocol without I/O: frames, session, info, transport names."""
