"""No test reaches out of this machine."""

from __future__ import annotations

import socket

import pytest

from tests.support.network import NetworkGuard, NetworkUsed


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch) -> NetworkGuard:
    guard = NetworkGuard()
    guard.install(monkeypatch)
    return guard


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_connection_to_another_machine_is_refused_and_remembered(
    guard: NetworkGuard, address: str
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as sock, pytest.raises(NetworkUsed):
        sock.connect((address, 80))
    assert guard.attempts == [address]


def test_a_name_of_another_machine_is_not_even_looked_up(guard: NetworkGuard) -> None:
    with pytest.raises(NetworkUsed):
        socket.create_connection(("api.openai.com", 443))
    assert guard.attempts == ["api.openai.com"]


def test_a_datagram_to_another_machine_is_refused(guard: NetworkGuard) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(NetworkUsed):
        sock.sendto(b"verse", ("93.184.215.14", 53))
    assert guard.attempts == ["93.184.215.14"]


def test_this_machine_can_be_reached(guard: NetworkGuard) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("localhost", port)).close()
    assert guard.attempts == []
