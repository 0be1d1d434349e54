"""Whatever a BIG-IP answers to a read: values, or an error of ours that names the device and the path."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.bigip.ha_group import HaGroup
from sectigo_f5.bigip.observation import observe
from sectigo_f5.bigip.permissions import missing_permissions
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.secret import Secret
from tests.support import builders
from tests.support.damage import odd
from tests.support.properties import generated

HOST = "192.0.2.10"
LINK = "https://localhost/mgmt/tm/ltm/profile/client-ssl/~Common~x?ver=16.1.4"
SERVER = {
    "name": "vs_www",
    "fullPath": "/Common/vs_www",
    "destination": "/Common/10.0.0.1:443",
    "mask": "255.255.255.255",
    "ipProtocol": "tcp",
    "source": "0.0.0.0/0",
    "rules": ["/Common/redirect"],
    "policiesReference": {"items": [{"fullPath": "/Common/policy"}]},
    "profilesReference": {"items": [{"fullPath": "/Common/clientssl", "nameReference": {"link": LINK}}]},
}
PROFILE = {
    "fullPath": "/Common/clientssl",
    "defaultsFrom": "none",
    "serverName": "none",
    "sniDefault": "true",
    "ciphers": "DEFAULT",
    "options": ["no-tlsv1.3"],
    "certKeyChain": [{"name": "default", "cert": "/Common/default.crt", "key": "/Common/default.key"}],
}
CERTIFICATE = {
    "fullPath": f"/Common/{builders.job().base}_20261123T153813Z.crt",
    "subject": "CN=www.example.com,O=x",
    "subjectAlternativeName": "DNS:www.example.com",
    "serialNumber": "12:34",
    "expirationDate": 1800000000,
    "expirationString": "Jan 15 08:00:00 2027 GMT",
    "createTime": "2026-11-23T15:38:13Z",
    "keyType": "rsa-public",
    "certificateKeySize": 2048,
    "certValidationOptions": ["ocsp"],
}
KEY = {**CERTIFICATE, "fullPath": f"/Common/{builders.job().base}_20261123T153813Z.key", "securityType": "password"}
DEVICE = {"fullPath": "/Common/a", "name": "a", "selfDevice": "true", "baseMac": "00:11", "managementIp": HOST}


def statistics(**texts: str) -> dict[str, Any]:
    told = {name: {"description": value} for name, value in texts.items()}
    return {"entries": {"https://localhost/0": {"nestedStats": {"entries": told}}}}


STATUS = statistics(status="ACTIVE")
USER = {"name": "admin", "shell": "bash", "partitionAccess": [{"name": "all-partitions", "role": "resource-admin"}]}
ROLE = {"name": "own", "userReferences": [{"link": "https://localhost/mgmt/shared/authz/users/admin"}]}

ANSWERS: dict[str, Any] = {
    "/mgmt/tm/ltm/virtual/~Common~vs_www": SERVER,
    "/mgmt/tm/ltm/virtual": {"items": [SERVER, {**SERVER, "fullPath": "/Common/vs_2", "profilesReference": {}}]},
    "/mgmt/tm/ltm/virtual/~Common~vs_2/profiles": {"items": [{"fullPath": "/Common/clientssl"}]},
    "/mgmt/tm/ltm/profile/client-ssl": {
        "items": [PROFILE, {**PROFILE, "certKeyChain": {"default": {"cert": "/Common/x"}}}]
    },
    "/mgmt/tm/ltm/profile/http": {"items": [{"fullPath": "/Common/http"}]},
    "/mgmt/tm/ltm/profile/fasthttp": {"items": [{"fullPath": "/Common/fasthttp"}]},
    "/mgmt/tm/ltm/profile/http2": {"items": [{"fullPath": "/Common/http2", "enforceTlsRequirements": "enabled"}]},
    "/mgmt/tm/sys/file/ssl-cert": {"items": [CERTIFICATE]},
    "/mgmt/tm/sys/file/ssl-key": {"items": [KEY]},
    "/mgmt/tm/auth/partition": {"items": [{"name": "Common", "defaultRouteDomain": 0}]},
    "/mgmt/tm/ltm/virtual-address": {
        "items": [{"fullPath": "/Common/10.0.0.1", "address": "10.0.0.1", "trafficGroup": "/Common/traffic-group-1"}]
    },
    "/mgmt/tm/cm/device": {"items": [DEVICE]},
    "/mgmt/tm/cm/failover-status": STATUS,
    "/mgmt/tm/cm/sync-status": STATUS,
    "/mgmt/tm/cm/traffic-group/~Common~traffic-group-1/stats": statistics(
        failoverState="active", deviceName="/Common/a"
    ),
    "/mgmt/tm/auth/user/admin": USER,
    "/mgmt/shared/authz/roles": {"items": [ROLE]},
    "/mgmt/tm/sys/db/systemauth.disablebash": {"value": "false"},
    "/mgmt/tm/ltm/rule/~Common~redirect": {"apiAnonymous": "when HTTP_REQUEST { }"},
}


class OddBigIP(IControl):
    """Answers each read by what stands for its path."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__(HOST, 443, "admin", Secret("admin"), True, lambda seconds: None)
        self.answers = answers

    def send(self, call: Call) -> requests.Response:
        answer = requests.Response()
        answer.status_code = 200 if call.path in self.answers else 404
        answer._content = json.dumps(self.answers.get(call.path, {})).encode()  # noqa: SLF001  # as the adapter does
        return answer


def look(answers: dict[str, Any]) -> list[ConnectorError]:
    """Read everything; returns what is wrong with it."""
    job = builders.job()
    unit = Unit(job.device, OddBigIP(answers), "16.1.4")
    looks = (
        lambda: observe(unit, job),
        unit.every_server,
        unit.is_active,
        unit.sync_status,
        unit.must_be_active,
        lambda: unit.identity,
        lambda: unit.holder("/Common/traffic-group-1"),
        lambda: unit.rule_text("/Common/redirect"),
        lambda: unit.missing_server("/Common/vs_ww"),
        lambda: missing_permissions(unit, job),
        lambda: unit.references.addresses,
        lambda: HaGroup((unit,), (unit, unit)).carrying(job),
        lambda: unit.surroundings.items("/mgmt/tm/cm/device"),
    )
    errors = []
    for each in looks:
        try:
            each()
        except ConnectorError as error:
            errors.append(error)
    return errors


@st.composite
def odd_answers(draw: st.DrawFn) -> tuple[str, Any]:
    path = draw(st.sampled_from(sorted(ANSWERS)))
    return path, draw(odd(ANSWERS[path]))


@generated(120)
@given(changed=odd_answers())
def test_any_answer_is_read_or_refused_with_its_path(changed: tuple[str, Any]) -> None:
    path, answer = changed
    for error in look({**ANSWERS, path: answer}):
        assert f"{HOST}: GET /mgmt/" in str(error) or not isinstance(error, DeviceError)
        assert str(error).isprintable()


@pytest.mark.parametrize(
    ("path", "place", "value", "said"),
    [
        ("/mgmt/tm/ltm/virtual", ("items",), "x", "items is a text"),
        ("/mgmt/tm/sys/file/ssl-key", ("items",), [7], "items is a list of other things"),
        ("/mgmt/tm/sys/file/ssl-cert", ("items", 0, "fullPath"), [], "items.fullPath is a list of other things"),
        (
            "/mgmt/tm/ltm/profile/client-ssl",
            ("items", 0, "certKeyChain"),
            {"default": None},
            "items.certKeyChain is an object",
        ),
        (
            "/mgmt/tm/ltm/virtual",
            ("items", 0, "profilesReference", "items", 0, "nameReference"),
            True,
            "items.profilesReference.items.nameReference is true or false",
        ),
        ("/mgmt/tm/ltm/virtual/~Common~vs_www", ("policiesReference",), 0, "policiesReference is a number"),
    ],
)
def test_an_odd_answer_is_a_clear_error(path: str, place: tuple[Any, ...], value: object, said: str) -> None:
    answers = copy.deepcopy(ANSWERS)
    item = answers[path]
    for name in place[:-1]:
        item = item[name]
    item[place[-1]] = value
    expected = f"{HOST}: GET {path} answered 200: an answer that no BIG-IP gives: {said}"
    assert expected in [str(error) for error in look(answers)]


def test_what_a_bigip_answers_is_read() -> None:
    assert look(ANSWERS) == []
