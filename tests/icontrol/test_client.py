"""The client's calls, on replies that a device rarely gives; by ``responses``, texts as F5's own clients quote them."""

import logging

import pytest
import requests
import responses

from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError
from tests.support.replies import NOT_FOUND, ORIGIN, THING, TOKEN, client, count

CSRS = "/mgmt/tm/sys/crypto/csr"


def test_an_object_is_absent_only_if_mcpd_says_so(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + THING, status=404, json=NOT_FOUND)
    device.get(ORIGIN + "/mgmt/tm/nothing", status=404, json={"code": 404, "message": "some other 404"})
    with client() as f5:
        assert f5.find(THING) is None
        with pytest.raises(DeviceError):
            f5.find("/mgmt/tm/nothing")


def test_a_collection_without_items_is_empty(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + CSRS, json={"kind": "tm:sys:crypto:csr:csrcollectionstate"})
    with client() as f5:
        assert f5.items(CSRS) == []


@pytest.mark.parametrize("body", ["", "<html>Please log in</html>", "[]", "{}"])
def test_a_body_without_a_json_object_is_not_an_empty_collection(device: responses.RequestsMock, body: str) -> None:
    device.get(ORIGIN + THING, body=body)
    with client() as f5, pytest.raises(DeviceError, match="not a JSON object"):
        f5.items(THING)


def test_a_deletion_is_answered_without_a_body(device: responses.RequestsMock) -> None:
    device.delete(ORIGIN + THING, body="")
    with client() as f5:
        f5.delete(THING)


def test_a_deletion_of_an_absent_object_succeeds(device: responses.RequestsMock) -> None:
    device.delete(ORIGIN + THING, status=404, json=NOT_FOUND)
    with client() as f5:
        f5.delete(THING)


def test_a_deletion_whose_answer_was_lost_is_repeated(device: responses.RequestsMock) -> None:
    device.delete(ORIGIN + THING, body=requests.ReadTimeout("slow"))
    device.delete(ORIGIN + THING, status=404, json=NOT_FOUND)
    with client() as f5:
        f5.delete(THING)
    assert count(device, "DELETE", ORIGIN + THING) == 2


def test_a_deletion_of_an_object_in_use_is_refused(device: responses.RequestsMock) -> None:
    used = "01070265:3: The ClientSSL Profile (/Common/x) cannot be deleted because it is in use by a virtual server"
    device.delete(ORIGIN + THING, status=400, json={"code": 400, "message": used})
    with client() as f5, pytest.raises(DeviceError) as caught:
        f5.delete(THING)
    assert caught.value.in_use


def test_secrets_and_tokens_stay_out_of_the_log(
    device: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    device.get(ORIGIN + THING, json={"secret": "body"})
    logging.getLogger("sectigo_f5").propagate = True
    with caplog.at_level(logging.DEBUG, logger="sectigo_f5"), client() as f5:
        f5.get(THING)
    assert "GET /mgmt/tm/ltm/virtual/~Common~vs -> 200" in caplog.text
    assert not [word for word in ("hunter22", TOKEN, "body") if word in caplog.text]


def test_object_url_holds_folders_and_escapes() -> None:
    assert object_url("ltm/virtual", "/Shop/app.app/vs") == "/mgmt/tm/ltm/virtual/~Shop~app.app~vs"
    assert object_url("ltm/virtual", "/Common/a%2b") == "/mgmt/tm/ltm/virtual/~Common~a%252b"
