"""A guard that lets nothing out of the machine."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

LOCAL_NAMES = frozenset({"", "localhost"})


class NetworkUsed(AssertionError):
    """A test tried to reach something outside of this machine."""


class NetworkGuard:
    """Refuses every connection and look-up that leaves the machine, and remembers it.

    What is refused may be swallowed by the code under test, so the fixture asks ``attempts`` too.
    """

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Replace the ways out: connects and datagrams of sockets, and look-ups of names."""
        for name in ("connect", "connect_ex"):
            monkeypatch.setattr(socket.socket, name, self._guarded(getattr(socket.socket, name)))
        monkeypatch.setattr(socket.socket, "sendto", self._guarded_sendto(socket.socket.sendto))
        monkeypatch.setattr(socket, "getaddrinfo", self._guarded_lookup(socket.getaddrinfo))

    def _guarded(self, original: Any) -> Any:
        def connect(sock: socket.socket, address: Any) -> Any:
            self._check(sock.family, address)
            return original(sock, address)

        return connect

    def _guarded_sendto(self, original: Any) -> Any:
        def sendto(sock: socket.socket, data: Any, *rest: Any) -> Any:
            self._check(sock.family, rest[-1])
            return original(sock, data, *rest)

        return sendto

    def _guarded_lookup(self, original: Any) -> Any:
        def getaddrinfo(host: Any, *rest: Any, **options: Any) -> Any:
            self._check(socket.AF_INET, (host, 0))
            return original(host, *rest, **options)

        return getaddrinfo

    def _check(self, family: int, address: Any) -> None:
        if family not in (socket.AF_INET, socket.AF_INET6) or is_local(address[0]):
            return
        self.attempts.append(str(address[0]))
        raise NetworkUsed(f"a test must not reach {address[0]}")


def is_local(host: object) -> bool:
    """Return whether ``host`` is this machine."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False
