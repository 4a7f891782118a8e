"""SockJS Lab: the real sockjs-client, in real browsers, behind emulated proxies."""

__version__ = "0.1.0"
