"""Clients in the style of public code, sending its requests: each enrols, serves and renews."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from cryptography import x509

from tests.simulator.clients import (
    ansible_style,
    dehydrated_style,
    go_bigip_style,
    keyfactor_style,
    shell_style,
)
from tests.simulator.clients.plain import Material, Plain
from tests.simulator.conftest import Make
from tests.simulator.rest import certificate_pem, free_port, key_pem, rsa_key, served

Run = Callable[[Plain, Material], None]
STYLES = (ansible_style.run, go_bigip_style.run, keyfactor_style.run, dehydrated_style.run, shell_style.run)
RELEASES = ("13.1.1", "14.1.2", "17.1.2")  # releases for which these clients behave differently


@pytest.fixture(scope="module")
def material() -> Material:
    pairs = [
        (certificate_pem(rsa_key(number).public_key(), "www.example.com").encode(), key_pem(rsa_key(number)).encode())
        for number in range(2)
    ]
    return Material(*pairs[0], *pairs[1])


@pytest.mark.parametrize("tmos", RELEASES)
@pytest.mark.parametrize("run", STYLES, ids=lambda run: run.__module__.rpartition(".")[2])
def test_client_enrols_and_renews(make: Make, material: Material, run: Run, tmos: str) -> None:
    device, port = make(tmos=tmos), free_port()
    device.add_virtual_server("/Common/vs", f"127.0.0.1:{port}")
    client = Plain(device)
    with contextlib.closing(client.session):
        run(client, material)
    if run is not ansible_style.run:  # it removes everything at its end
        assert served("127.0.0.1", port, "www.example.com") == x509.load_pem_x509_certificate(material.new_certificate)
    assert device.data_plane.problems == ()
