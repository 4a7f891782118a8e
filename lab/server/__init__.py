"""The SockJS server on aiohttp: a thin skin over lab.sockjs."""
