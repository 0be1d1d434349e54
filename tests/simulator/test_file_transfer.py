"""Uploads in chunks and downloads by range."""

from __future__ import annotations

import contextlib

import pytest
import requests

from tests.simulator.clients import ansible_style
from tests.simulator.clients.plain import Plain
from tests.simulator.conftest import Make
from tests.simulator.rest import Rest

UPLOADS = "/mgmt/shared/file-transfer/uploads"
BULK = "/mgmt/shared/file-transfer/bulk"


def chunk(rest: Rest, name: str, content: bytes, written: str) -> requests.Response:
    headers = {"Content-Type": "application/octet-stream", "Content-Range": written}
    return rest.call("POST", f"{UPLOADS}/{name}", headers=headers, data=content)


def test_file_is_uploaded_in_chunks(rest: Rest) -> None:
    first = chunk(rest, "f", b"0123", "0-3/6").json()
    assert (first["remainingByteCount"], first["usedChunks"], first["totalByteCount"]) == (2, {"0": 4}, 6)
    assert first["localFilePath"] == "/var/config/rest/downloads/f"
    assert rest.device.uploads == ["f"]
    assert chunk(rest, "f", b"45", "4-5/6").json()["remainingByteCount"] == 0
    assert rest.bash("cat /var/config/rest/downloads/f") == "012345"


@pytest.mark.parametrize("written", ["bytes 0-3/4", "0-2/4", "0-4/5", "4-7/8", "", "x"])
def test_wrong_upload_ranges_are_refused(rest: Rest, written: str) -> None:
    assert chunk(rest, "f", b"0123", written).status_code == 400


def test_second_upload_of_a_name_overwrites_the_first(rest: Rest) -> None:
    rest.upload("f", b"one and long")
    rest.upload("f", b"two")
    assert rest.bash("cat /var/config/rest/downloads/f") == "two"


@pytest.mark.parametrize("name", ["..", "%2e%2e", "a%2fb"])
def test_upload_cannot_leave_its_folder(rest: Rest, name: str) -> None:
    rest.call("POST", f"{UPLOADS}/{name}", headers={"Content-Range": "0-0/1"}, data=b"x")
    assert rest.device.uploads == []
    rest.device.unknown.clear()


@pytest.mark.parametrize(
    ("switches", "status", "content"),
    [
        ({"tmos": "13.1.1"}, 400, b""),
        ({"tmos": "14.1.2"}, 206, b"0123456789"),
        ({"tmos": "16.1.4"}, 200, b"0123456789"),
        ({"bulk_download": "400"}, 400, b""),
    ],
)
def test_download_range_wider_than_the_file_depends_on_the_release(
    make: Make, switches: dict[str, str], status: int, content: bytes
) -> None:
    with contextlib.closing(Rest(make(**switches))) as rest:
        rest.login()
        rest.upload("f", b"0123456789")
        move = "/var/config/rest/downloads/f /var/config/rest/bulk/f"
        rest.post("util/unix-mv", {"command": "run", "utilCmdArgs": move})
        wide = rest.call("GET", f"{BULK}/f", headers={"Content-Range": "0-524287/0"})
        assert (wide.status_code, wide.content) == (status, content)
        assert wide.headers["Content-Range"] == "0-9/10"
        exact = rest.call("GET", f"{BULK}/f", headers={"Content-Range": "0-9/10"})
        assert (exact.status_code, exact.content) == (200, b"0123456789")
        part = rest.call("GET", f"{BULK}/f", headers={"Content-Range": "2-4/10"})
        assert (part.status_code, part.content) == (200, b"234")
        assert rest.call("GET", f"{BULK}/none").status_code == 404


@pytest.mark.parametrize("chunk", [512 * 1024, 7 * 1024 * 1024])
def test_file_of_many_chunks_arrives_whole_and_comes_back(make: Make, chunk: int) -> None:
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


def test_chunk_out_of_order_is_refused_and_the_upload_can_begin_again(make: Make) -> None:
    client = Plain(make())
    with contextlib.closing(client.session):
        client.login()
        path = "/mgmt/shared/file-transfer/uploads/f"
        assert client.send("POST", path, data=b"ab", Content_Range="0-1/6").status_code == 200
        assert client.send("POST", path, data=b"ef", Content_Range="4-5/6").status_code == 400
        assert client.upload("f", b"abcdef", 2)["remainingByteCount"] == 0
        assert client.bash("cat /var/config/rest/downloads/f") == "abcdef"
