"""A partner's site that shows our pages within a frame, and a proxy that ends TLS before us, as in production."""

import asyncio
import contextlib
import datetime
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.stack import App
from wattlink.domain.access.model import Access
from wattlink.domain.organizations.change import ApplicationChanges, change_application
from wattlink.sandbox.server import serving

_PAGE = """<!doctype html><html lang="en"><title>A partner</title><main><h1>Add a device</h1>
<iframe title="Add a device" src="{address}" style="width: 360px; height: 740px; border: 0"
  sandbox="{sandbox}"></iframe></main>"""
_SANDBOX = (  # as the guide has it
    "allow-scripts allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox "
    "allow-top-navigation-by-user-activation"
)
_DONE = """<!doctype html><html lang="en"><title>Done</title><h1 id="done">Done</h1>"""


async def may_be_framed_by(app: App, *origins: str) -> None:
    """The application lists these, and no others."""
    access = Access(applications=(app.credentials.application_id,))
    async with app.stack.hub.db.transaction() as tx:
        await change_application(tx, access, ApplicationChanges(frame_origins=origins))


@contextlib.asynccontextmanager
async def partner_site() -> AsyncIterator[str]:
    """`/embed?address=` shows an address in a frame, `/done` is where one comes back to. Gives it at 127.0.0.1."""

    async def embed(request: web.Request) -> web.Response:
        return web.Response(
            text=_PAGE.format(address=request.query["address"], sandbox=_SANDBOX), content_type="text/html"
        )

    async def done(_: web.Request) -> web.Response:
        return web.Response(text=_DONE, content_type="text/html")

    site = web.Application()
    site.add_routes([web.get("/embed", embed), web.get("/done", done)])
    async with serving(site) as base:
        yield base


@contextlib.asynccontextmanager
async def tls_before(port: int, *, at: int, folder: Path) -> AsyncIterator[None]:
    """Whatever comes to `at` by TLS goes on to `port` without."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("localhost", port)
        await asyncio.gather(carry(reader, inner_writer), carry(inner_reader, writer))

    server = await asyncio.start_server(accepted, "localhost", at, ssl=_certified(folder))
    try:
        yield
    finally:
        server.close()


def _certified(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "localhost.pem"
    file.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
