"""The engines that run the client, and the page that it runs in."""
