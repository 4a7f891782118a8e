"""The lab's own certificate authority: made once, and used by every hop and by the server."""

import base64
import fcntl
import hashlib
import shutil
import ssl
import tempfile
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from mitmproxy.certs import CertStore

from lab import cache

_NAME = "mitmproxy"
"""What mitmproxy calls the files in its confdir."""

_KEY_BITS = 2048
"""mitmproxy's own default."""


class Authority:
    """A certificate authority in a folder that mitmproxy takes as its confdir."""

    def __init__(self, folder: Path | None = None) -> None:
        """Open the authority, and make it first where there is none, or none that is valid.

        Args:
            folder: Where it lies; the lab's cache where None.
        """
        folder = folder or cache.folder("authority")
        self.confdir = folder / "confdir"
        """What mitmproxy is given as its confdir."""
        with (folder / "lock").open("w") as lock:
            # Two labs that start at once on one machine must not each make one.
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.store = self._open() or self._make(folder)
        """What the hops take their certificates from. It is shared: reading the key anew takes 40 ms a hop."""
        public = self.store.default_ca.public_key()
        digest = hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
        self.spki = base64.b64encode(digest).decode()
        """Base64 of the SHA-256 of its public key: what Chromium calls an SPKI hash."""

    def _open(self) -> CertStore | None:
        if not self.confdir.is_dir():
            return None
        store = CertStore.from_store(self.confdir, _NAME, _KEY_BITS)
        return None if store.default_ca.has_expired() else store

    def _make(self, folder: Path) -> CertStore:
        shutil.rmtree(self.confdir, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=folder) as work:
            made = Path(work) / "confdir"
            CertStore.create_store(made, _NAME, _KEY_BITS, organization="SockJS Lab", cn="SockJS Lab")
            # A folder that was made only in part, by a process that was killed, is never taken for a whole one.
            made.rename(self.confdir)
        return CertStore.from_store(self.confdir, _NAME, _KEY_BITS)

    def server_context(self, hosts: Iterable[str]) -> ssl.SSLContext:
        """A server's TLS context with a certificate for ``hosts``, which must be names and at least one."""
        names = list(hosts)
        entry = self.store.get_cert(names[0], [x509.DNSName(name) for name in names])
        key = entry.privatekey.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # The ssl module reads certificates from files only. This one is readable by its owner alone.
        with tempfile.NamedTemporaryFile(dir=self.confdir.parent, suffix=".pem") as file:
            file.write(key + entry.cert.to_pem())
            file.flush()
            context.load_cert_chain(file.name)
        return context
