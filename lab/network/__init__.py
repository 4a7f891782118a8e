"""The hops between the browser and the server."""
