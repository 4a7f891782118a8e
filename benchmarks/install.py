"""Installs the peers from their registries into the lab's cache, once: see lab/peers.py."""

from lab.peers import node, python

__all__ = ["node", "python"]
