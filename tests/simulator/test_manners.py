"""Clients in the manner of others, from the requests that public code sends: each enrols, serves and renews."""

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
MANNERS = (ansible_style.run, go_bigip_style.run, keyfactor_style.run, dehydrated_style.run, shell_style.run)
RELEASES = ("13.1.1", "14.1.2", "17.1.2")  # where what these clients do differs


@pytest.fixture(scope="module")
def material() -> Material:
    pairs = [
        (certificate_pem(rsa_key(number).public_key(), "www.example.com").encode(), key_pem(rsa_key(number)).encode())
        for number in range(2)
    ]
    return Material(*pairs[0], *pairs[1])


@pytest.mark.parametrize("tmos", RELEASES)
@pytest.mark.parametrize("run", MANNERS, ids=lambda run: run.__module__.rpartition(".")[2])
def test_a_client_enrols_and_renews(make: Make, material: Material, run: Run, tmos: str) -> None:
    device, port = make(tmos=tmos), free_port()
    device.add_virtual_server("/Common/vs", f"127.0.0.1:{port}")
    client = Plain(device)
    with contextlib.closing(client.session):
        run(client, material)
    if run is not ansible_style.run:  # which removes everything at its end
        assert served("127.0.0.1", port, "www.example.com") == x509.load_pem_x509_certificate(material.new_certificate)
    assert device.data_plane.problems == ()


@pytest.mark.parametrize("chunk", [512 * 1024, 7 * 1024 * 1024])
def test_files_of_many_chunks_arrive_whole_and_come_back(make: Make, chunk: int) -> None:
    client = Plain(make(tmos="15.1.5"))
    content = bytes(range(256)) * 36_000  # 8.8 MiB
    with contextlib.closing(client.session):
        client.login()
        last = client.upload("big", content, chunk)
        assert (last["remainingByteCount"], last["totalByteCount"]) == (0, len(content))
        assert last["usedChunks"] == {str(len(content) // chunk * chunk): len(content) % chunk}
        moved = {"command": "run", "utilCmdArgs": "/var/config/rest/downloads/big /var/config/rest/bulk/big"}
        client.good("POST", "/mgmt/tm/util/unix-mv", moved)
        assert ansible_style.download(client, "/mgmt/shared/file-transfer/bulk/big") == content


def test_a_chunk_that_does_not_follow_is_refused_and_the_upload_can_begin_anew(make: Make) -> None:
    client = Plain(make())
    with contextlib.closing(client.session):
        client.login()
        path = "/mgmt/shared/file-transfer/uploads/f"
        assert client.send("POST", path, data=b"ab", Content_Range="0-1/6").status_code == 200
        assert client.send("POST", path, data=b"ef", Content_Range="4-5/6").status_code == 400
        assert client.upload("f", b"abcdef", 2)["remainingByteCount"] == 0
        assert client.bash("cat /var/config/rest/downloads/f") == "abcdef"
