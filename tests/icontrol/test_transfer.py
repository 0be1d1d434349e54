"""Uploads and downloads as each release answers them; by ``responses``."""

import pytest
import requests
import responses

from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.icontrol.transfer import download, upload
from tests.support.replies import ORIGIN, client

UPLOAD = f"{ORIGIN}/mgmt/shared/file-transfer/uploads/x.pass"


def test_an_upload_has_a_range_without_a_unit(device: responses.RequestsMock) -> None:
    device.post(f"{ORIGIN}/mgmt/shared/file-transfer/uploads/x.crt", json={"remainingByteCount": 0})
    with client() as f5:
        assert upload(f5, "x.crt", b"12345") == "/var/config/rest/downloads/x.crt"
    sent = device.calls[1].request
    assert (sent.headers["Content-Range"], sent.headers["Content-Type"]) == ("0-4/5", "application/octet-stream")


@pytest.mark.parametrize("status", [200, 206, 400])
def test_a_download_takes_the_answer_of_each_release(device: responses.RequestsMock, status: int) -> None:
    url = f"{ORIGIN}/mgmt/shared/file-transfer/bulk/x.csr"
    device.get(url, status=status, body="" if status == 400 else "PEM", headers={"Content-Range": "0-2/3"})
    if status == 400:
        device.get(url, status=206, body="PEM", headers={"Content-Range": "0-2/3"})
    with client() as f5:
        assert download(f5, "x.csr") == b"PEM"
    if status == 400:
        assert device.calls[2].request.headers["Content-Range"] == "0-2/3"


@pytest.mark.parametrize("status", [400, 409, 500])
def test_a_failed_upload_is_repeated_and_its_content_not_shown(device: responses.RequestsMock, status: int) -> None:
    device.post(UPLOAD, status=status, body="s3cr3tPassphrase")
    with client() as f5, pytest.raises(DeviceError) as caught:
        upload(f5, "x.pass", b"s3cr3tPassphrase")
    assert len([call for call in device.calls if call.request.url == UPLOAD]) == 3
    assert "s3cr3t" not in str(caught.value)


def test_an_upload_whose_answer_was_lost_is_repeated(device: responses.RequestsMock) -> None:
    device.post(UPLOAD, body=requests.ReadTimeout("slow"))
    device.post(UPLOAD, json={"remainingByteCount": 0})
    with client() as f5:
        assert upload(f5, "x.pass", b"1") == "/var/config/rest/downloads/x.pass"


@pytest.mark.parametrize("status", [401, 403])
def test_a_role_that_may_not_upload_fails_at_once(device: responses.RequestsMock, status: int) -> None:
    text = "Authorization failed: user=https://localhost/mgmt/shared/authz/users/x resource=/mgmt/shared/file-transfer"
    device.post(UPLOAD, status=status, json={"code": status, "message": text})
    with client() as f5, pytest.raises(DeviceError, match=r"role is too low.*permissions\.md"):
        upload(f5, "x.pass", b"1")
    assert len([call for call in device.calls if call.request.url == UPLOAD]) == 1


def test_a_download_waits_for_a_busy_device(device: responses.RequestsMock) -> None:
    url = f"{ORIGIN}/mgmt/shared/file-transfer/bulk/x.csr"
    device.get(url, status=503)
    device.get(url, status=206, body="PEM", headers={"Content-Range": "0-2/3"})
    with client() as f5:
        assert download(f5, "x.csr") == b"PEM"


def test_a_refused_download_is_an_error(device: responses.RequestsMock) -> None:
    url = f"{ORIGIN}/mgmt/shared/file-transfer/bulk/x.csr"
    device.get(url, status=400, json={"code": 400, "message": "remoteSender:10.0.2.2,method:GET "})
    with client() as f5, pytest.raises(DeviceError, match="remoteSender"):
        download(f5, "x.csr")
