import asyncio
import datetime
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mitmproxy import certs

from lab.network.authority import Authority


def test_authority_is_made_once(tmp_path: Path) -> None:
    first = Authority(tmp_path)
    key = (first.confdir / "mitmproxy-ca.pem").read_bytes()
    again = Authority(tmp_path)
    assert again.spki == first.spki
    assert (again.confdir / "mitmproxy-ca.pem").read_bytes() == key
    assert sorted(path.name for path in tmp_path.iterdir()) == ["confdir", "lock"]


def test_two_at_once_share_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert len({authority.spki for authority in pool.map(Authority, [tmp_path] * 4)}) == 1


def test_half_made_one_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(path: Path, *arguments: object, **options: object) -> None:
        path.mkdir()
        (path / "mitmproxy-ca.pem").write_text("half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(certs.CertStore, "create_store", killed)
        with pytest.raises(KeyboardInterrupt):
            Authority(tmp_path)
    assert Authority(tmp_path).spki


def test_expired_one_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(certs, "CA_EXPIRY", datetime.timedelta(days=-1))
        old = Authority(tmp_path).spki
    assert Authority(tmp_path).spki != old


async def test_server_context_serves_its_hosts(authority: Authority) -> None:
    trusting = ssl.create_default_context(cafile=authority.confdir / "mitmproxy-ca-cert.pem")
    context = authority.server_context(["www.lab.home.arpa", "app.localhost"])
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]

    async def visit(name: str) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting, server_hostname=name)
        writer.close()
        await writer.wait_closed()

    async with server:
        await visit("www.lab.home.arpa")
        await visit("app.localhost")
        with pytest.raises(ssl.SSLCertVerificationError):
            await visit("elsewhere.test")
