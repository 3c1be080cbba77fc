"""Servers on loopback that answer as badly as they are told to."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Behaviour = Callable[["Exchange"], None]


class Exchange:
    """One request as the server sees it. `stopped` is set when the server is to end."""

    def __init__(self, sock: socket.socket, request: bytes, stopped: threading.Event) -> None:
        self.sock = sock
        self.request = request.decode("latin-1")
        self.stopped = stopped

    @property
    def path(self) -> str:
        return self.request.split(" ")[1]

    def header(self, name: str) -> str:
        for line in self.request.split("\r\n")[1:]:
            key, _, value = line.partition(": ")
            if key.lower() == name.lower():
                return value
        return ""

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} X"]
        if "Content_Length" not in headers and "Transfer_Encoding" not in headers:
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def drip(self, byte: bytes, times: int) -> None:
        """Send `byte` over and over, with a little time between."""
        for _ in range(times):
            self.send(byte)
            if self.stopped.wait(0.02):
                return


class Server:
    def __init__(self, address: str, port: int) -> None:
        self.address = address
        self.port = port
        self.requests: list[Exchange] = []
        self.names: list[str | None] = []

    def url(self, path: str = "/", host: str = "") -> str:
        return f"http://{host or self.address}:{self.port}{path}"

    @property
    def internal(self) -> frozenset[str]:
        return frozenset({f"{self.address}:{self.port}"})


@contextlib.contextmanager
def serving(
    behave: Behaviour, *, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """A server that reads each request's head, then does what `behave` says, then closes."""
    stopped = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            sock = self.request
            sock.settimeout(10)
            with contextlib.suppress(OSError):
                if tls is not None:
                    sock = tls.wrap_socket(sock, server_side=True)
                request = b""
                while b"\r\n\r\n" not in request:
                    piece = sock.recv(65536)
                    if not piece:
                        return
                    request += piece
                exchange = Exchange(sock, request, stopped)
                server.requests.append(exchange)
                behave(exchange)
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_WR)

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Listener((address, 0), Handler) as listener:
        server = Server(address, listener.server_address[1])
        if tls is not None:
            tls.sni_callback = lambda _sock, name, _context: server.names.append(name)
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            stopped.set()
            listener.shutdown()


def certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(the server's context, a client's that trusts it) for a certificate on `names`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([_general(one) for one in names]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "cert.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + built.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
