"""Virtual servers: destinations, profiles, SNI, iRules, and what a change must preserve."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from cryptography import x509

from sectigo_f5.simulator import SimulatedBigIP
from tests.simulator.conftest import Make
from tests.simulator.rest import Rest, add_pair, entry, free_port, served

VS = "ltm/virtual/~Common~vs"
CLIENT_SSL = "ltm/profile/client-ssl"
HTTP_RULE = "when HTTP_REQUEST { HTTP::redirect https://[HTTP::host][HTTP::uri] }"


@pytest.fixture
def vs(rest: Rest) -> Rest:
    """A device with one virtual server, without TLS."""
    rest.device.add_virtual_server("/Common/vs", "192.0.2.10:443")
    return rest


def profiles_of(rest: Rest) -> dict[str, str]:
    return {item["fullPath"]: item["context"] for item in rest.get(f"{VS}/profiles")["items"]}


@pytest.mark.parametrize(
    ("given", "shown", "address", "mask"),
    [
        ("192.0.2.1:443", "/Shop/192.0.2.1:443", "192.0.2.1", "255.255.255.255"),
        ("/Common/192.0.2.1:https", "/Common/192.0.2.1:443", "192.0.2.1", "255.255.255.255"),
        ("192.0.2.1%2:80", "/Shop/192.0.2.1%2:80", "192.0.2.1%2", "255.255.255.255"),
        ("192.0.2.1:any", "/Shop/192.0.2.1:0", "192.0.2.1", "255.255.255.255"),
        ("2001:db8::1.443", "/Shop/2001:db8::1.443", "2001:db8::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ],
)
def test_destinations_create_their_virtual_addresses(
    make: Make, given: str, shown: str, address: str, mask: str
) -> None:
    device = make(partitions=("Shop",))
    device.add_virtual_server("/Shop/vs", given)
    server = device.get("/mgmt/tm/ltm/virtual/~Shop~vs")
    assert (server["destination"], server["mask"]) == (shown, mask)
    place = device.get(f"/mgmt/tm/ltm/virtual-address/~{shown.split('/')[1]}~{address.replace('%', '%25')}")
    assert (place["address"], place["trafficGroup"]) == (address, "/Common/traffic-group-1")
    device.delete("/mgmt/tm/ltm/virtual/~Shop~vs")
    assert device.get("/mgmt/tm/ltm/virtual-address")["items"] == []


def test_address_created_on_its_own_stays_until_its_server_is_deleted(rest: Rest) -> None:
    """F5 Ansible's bigip_virtual_address checks that it exists."""
    rest.call("POST", "ltm/virtual-address", {"name": "192.0.2.7", "partition": "Common", "address": "192.0.2.7"})
    rest.device.add_virtual_server("/Common/other", "192.0.2.8:443")
    rest.device.delete("/mgmt/tm/ltm/virtual/~Common~other")
    assert rest.device.exists("/mgmt/tm/ltm/virtual-address/~Common~192.0.2.7")
    rest.device.add_virtual_server("/Common/vs", "192.0.2.7:443")
    rest.device.delete("/mgmt/tm/ltm/virtual/~Common~vs")
    assert not rest.device.exists("/mgmt/tm/ltm/virtual-address/~Common~192.0.2.7")


def test_protocol_can_be_a_number(vs: Rest) -> None:
    assert vs.call("PATCH", VS, {"ipProtocol": 6}).json()["ipProtocol"] == "tcp"


@pytest.mark.parametrize("given", ["nonsense:80", "192.0.2.1:99999", "192.0.2.300:80", "192.0.2.1:x"])
def test_invalid_destinations_are_refused(rest: Rest, given: str) -> None:
    assert rest.refusal("POST", "ltm/virtual", {"name": "vs", "destination": given})[0] == 400


def test_destination_cannot_be_used_twice(vs: Rest) -> None:
    status, message = vs.refusal(
        "POST", "ltm/virtual", {"name": "b", "destination": "192.0.2.10:443", "profiles": ["tcp"]}
    )
    assert (status, message[:12]) == (400, "01070333:3: ")


def test_profiles_are_accepted_in_every_spelling(vs: Rest) -> None:
    spellings: list[Any] = [
        ["/Common/tcp", "/Common/clientssl"],
        [{"name": "/Common/tcp", "context": "all"}, {"name": "clientssl", "partition": "Common"}],
        {"tcp": {}, "/Common/clientssl": {"context": "all"}},
    ]
    for given in spellings:
        vs.patch(VS, {"profiles": given})
        assert profiles_of(vs) == {"/Common/tcp": "all", "/Common/clientssl": "clientside"}


def test_list_of_profiles_replaces_the_attached_ones(vs: Rest) -> None:
    vs.patch(VS, {"profiles": ["/Common/tcp", "/Common/http", "/Common/serverssl"]})
    assert profiles_of(vs) == {"/Common/tcp": "all", "/Common/http": "all", "/Common/serverssl": "serverside"}
    vs.patch(VS, {"profiles": ["/Common/tcp"]})
    assert profiles_of(vs) == {"/Common/tcp": "all"}


def test_profiles_are_attached_and_detached_one_by_one(vs: Rest) -> None:
    body = {"name": "clientssl", "partition": "Common", "context": "clientside"}
    answer = vs.post(f"{VS}/profiles", body)
    assert (answer["kind"], answer["fullPath"]) == ("tm:ltm:virtual:profiles:profilesstate", "/Common/clientssl")
    assert "/ltm/profile/client-ssl/~Common~clientssl?" in answer["nameReference"]["link"]
    assert vs.refusal("POST", f"{VS}/profiles", body)[0] == 409
    assert vs.get(f"{VS}/profiles/~Common~clientssl")["context"] == "clientside"
    assert vs.call("DELETE", f"{VS}/profiles/~Common~clientssl").text == ""
    assert vs.refusal("DELETE", f"{VS}/profiles/~Common~clientssl")[0] == 404
    assert profiles_of(vs) == {"/Common/tcp": "all", "/Common/http": "all"}


def test_attached_profile_must_exist(vs: Rest) -> None:
    expected = (404, "01020036:3: The requested profile (/Common/nope) was not found.")
    assert vs.refusal("PATCH", VS, {"profiles": ["/Common/nope"]}) == expected
    assert vs.refusal("POST", f"{VS}/profiles", {"name": "nope", "partition": "Common"}) == expected


def test_default_fastl4_is_replaced_by_tcp(rest: Rest) -> None:
    rest.post("ltm/virtual", {"name": "vs", "partition": "Common"})
    assert profiles_of(rest) == {"/Common/fastL4": "all"}
    rest.post(f"{VS}/profiles", {"name": "http", "partition": "Common"})
    assert profiles_of(rest) == {"/Common/http": "all", "/Common/tcp": "all"}


def test_profile_in_use_cannot_be_deleted(vs: Rest) -> None:
    vs.post(CLIENT_SSL, {"name": "x"})
    vs.patch(VS, {"profiles": ["/Common/tcp", "/Common/x"]})
    expected = (
        "01070265:3: The ClientSSL Profile (/Common/x) cannot be deleted because it is in use by a virtual server "
        "profile (/Common/vs /Common/x)."
    )
    assert vs.refusal("DELETE", f"{CLIENT_SSL}/~Common~x") == (400, expected)


# -- SNI ---------------------------------------------------------------------------------------

SEVERAL = "01071809:3: Virtual Server /Common/vs has more than one clientssl/serverssl profile that is default for SNI."
NONE = (
    "0107149c:3: Virtual server /Common/vs has more than one clientssl/serverssl profile but none of them is default "
    "for SNI"
)


@pytest.fixture
def two(vs: Rest) -> Rest:
    """A virtual server with two client SSL profiles, of which ``a`` is the default for SNI."""
    for name, default in (("a", "true"), ("b", "false")):
        vs.post(CLIENT_SSL, {"name": name, "serverName": f"{name}.example.com", "sniDefault": default})
    vs.patch(VS, {"profiles": ["/Common/tcp", "/Common/a", "/Common/b"]})
    return vs


def test_two_client_ssl_profiles_need_one_sni_default(two: Rest) -> None:
    two.post(CLIENT_SSL, {"name": "c", "sniDefault": "true"})
    two.post(CLIENT_SSL, {"name": "d"})
    assert two.refusal("POST", f"{VS}/profiles", {"name": "c", "partition": "Common"}) == (400, SEVERAL)
    assert two.refusal("PATCH", VS, {"profiles": ["tcp", "b", "d"]}) == (400, NONE)
    assert set(profiles_of(two)) == {"/Common/tcp", "/Common/a", "/Common/b"}


def test_sni_default_is_checked_when_an_attached_profile_changes(two: Rest) -> None:
    assert two.refusal("PATCH", f"{CLIENT_SSL}/~Common~b", {"sniDefault": "true"}) == (400, SEVERAL)
    assert two.refusal("PATCH", f"{CLIENT_SSL}/~Common~a", {"sniDefault": "false"}) == (400, NONE)


def test_two_client_ssl_profiles_need_two_server_names(two: Rest) -> None:
    expected = (
        "0107149e:3: Virtual server /Common/vs has more than one clientssl/serverssl profile with same server name."
    )
    assert two.refusal("PATCH", f"{CLIENT_SSL}/~Common~b", {"serverName": "a.example.com"}) == (400, expected)
    for name in ("a", "b"):
        two.patch(f"{CLIENT_SSL}/~Common~{name}", {"serverName": "none"})


def test_sni_default_is_checked_when_a_transaction_is_complete(two: Rest) -> None:
    number = two.begin()
    two.patch(f"{CLIENT_SSL}/~Common~a", {"sniDefault": "false"}, number)
    two.patch(f"{CLIENT_SSL}/~Common~b", {"sniDefault": "true"}, number)
    assert two.commit(number).json()["state"] == "COMPLETED"
    number = two.begin()
    two.patch(f"{CLIENT_SSL}/~Common~a", {"sniDefault": "true"}, number)
    answer = two.commit(number)
    assert (answer.status_code, answer.json()["message"]) == (400, f"transaction failed:{SEVERAL}")
    assert two.get(f"{CLIENT_SSL}/~Common~a")["sniDefault"] == "false"


def test_data_plane_serves_the_attached_profiles(rest: Rest) -> None:
    port = free_port()
    for name in ("a", "b"):
        add_pair(rest.device, name)
        default = "true" if name == "a" else "false"
        rest.post(CLIENT_SSL, {"name": name, "certKeyChain": [entry(name)], "sniDefault": default})
    rest.device.add_virtual_server("/Common/vs", f"127.0.0.1:{port}", ("/Common/tcp", "/Common/a", "/Common/b"))
    expected = {None: "a", "b.example.com": "b", "a.example.com": "a", "unknown.example.com": "a"}
    for server_name, profile in expected.items():
        names = served("127.0.0.1", port, server_name).extensions.get_extension_for_class(x509.SubjectAlternativeName)
        assert names.value.get_values_for_type(x509.DNSName) == [f"{profile}.example.com"]
    rest.patch(VS, {"disabled": True})
    with pytest.raises(ConnectionRefusedError):
        served("127.0.0.1", port, None)
    assert rest.get(VS)["disabled"] is True
    assert "enabled" not in rest.get(VS)


# -- iRules and whole-object PUTs ---------------------------------------------------------------


def test_rules_are_ordered_and_can_be_removed(vs: Rest) -> None:
    for name in ("r1", "r2"):
        vs.post("ltm/rule", {"name": name, "partition": "Common", "apiAnonymous": HTTP_RULE})
    answer = vs.patch(VS, {"rules": ["/Common/r2", "/Common/r1"]})
    assert answer["rules"] == ["/Common/r2", "/Common/r1"]
    assert [one["link"].split("~")[-1].split("?")[0] for one in answer["rulesReference"]] == ["r2", "r1"]
    status, message = vs.refusal("DELETE", "ltm/rule/~Common~r1")
    expected = (
        "01070265:3: The rule (/Common/r1) cannot be deleted because it is in use by a virtual server (/Common/vs)."
    )
    assert (status, message) == (400, expected)
    assert "rules" not in vs.patch(VS, {"rules": []})
    assert vs.call("DELETE", "ltm/rule/~Common~r1").status_code == 200


def test_http_rule_needs_an_http_profile(vs: Rest) -> None:
    vs.post("ltm/rule", {"name": "r", "apiAnonymous": HTTP_RULE})
    vs.patch(VS, {"rules": ["/Common/r"]})
    status, message = vs.refusal("PATCH", VS, {"profiles": ["/Common/tcp"]})
    assert (status, message[:12]) == (400, "01071912:3: ")
    vs.patch(VS, {"rules": [], "profiles": ["/Common/tcp"]})
    assert vs.refusal("PATCH", VS, {"rules": ["/Common/r"]})[1] == message


def test_rule_must_exist_and_have_a_limited_length(vs: Rest) -> None:
    expected = (404, "01020036:3: The requested iRule (/Common/nope) was not found.")
    assert vs.refusal("PATCH", VS, {"rules": ["/Common/nope"]}) == expected
    status, message = vs.refusal("POST", "ltm/rule", {"name": "r", "apiAnonymous": "#" * 65536})
    assert (status, message[:12]) == (400, "01020057:3: ")


def test_put_of_a_whole_virtual_server_changes_nothing(vs: Rest) -> None:
    vs.post("ltm/pool", {"name": "pool", "partition": "Common"})
    vs.post("ltm/policy", {"name": "policy", "partition": "Common"})
    vs.patch(VS, {"pool": "/Common/pool", "description": "ours", "policies": ["/Common/policy"]})
    vs.patch(VS, {"persist": [{"name": "cookie", "partition": "Common", "tmDefault": "yes"}]})
    before = vs.get(VS, expandSubcollections="true")
    assert vs.call("PUT", f"{VS}/", vs.get(VS)).status_code == 200
    after = vs.get(VS, expandSubcollections="true")
    for shown in (before, after):
        for changing in ("generation", "lastModifiedTime"):
            shown.pop(changing)
        for below in ("profilesReference", "policiesReference"):
            for item in shown[below]["items"]:
                item.pop("generation")
    assert after == before


def test_put_drops_properties_that_it_omits_but_not_the_profiles(vs: Rest) -> None:
    vs.patch(VS, {"description": "a description"})
    read = vs.get(VS)
    vs.patch(VS, {"description": "changed in between"})
    vs.call("PUT", VS, read)
    assert vs.get(VS)["description"] == "a description"
    read.pop("description")
    assert vs.call("PUT", VS, read).ok
    assert "description" not in vs.get(VS)
    assert profiles_of(vs) == {"/Common/tcp": "all", "/Common/http": "all"}


# -- folders, iApps, listing --------------------------------------------------------------------


def test_objects_in_folders_show_their_sub_path(make: Make) -> None:
    device = make(partitions=("Shop",))
    device.add_folder("/Shop/app.app")
    device.add_virtual_server("/Shop/app.app/vs", "192.0.2.1:443")
    properties = device.get("/mgmt/tm/ltm/virtual/~Shop~app.app~vs")
    assert (properties["partition"], properties["subPath"], properties["fullPath"]) == (
        "Shop",
        "app.app",
        "/Shop/app.app/vs",
    )
    assert "/mgmt/tm/ltm/virtual/~Shop~app.app~vs?ver=" in properties["selfLink"]
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        listed = rest.get("ltm/virtual", **{"$filter": "partition eq Shop", "$select": "name,fullPath"})["items"]
        assert listed == [{"name": "vs", "fullPath": "/Shop/app.app/vs"}]
        assert rest.get("ltm/virtual", **{"$filter": "partition eq Common"})["items"] == []
        status, message = rest.refusal("POST", "ltm/rule", {"name": "/Shop/nope/r"})
    assert (status, message) == (404, "01020036:3: The requested folder (/Shop/nope) was not found.")


def test_virtual_server_uses_objects_of_its_partition_and_common_only(make: Make) -> None:
    device = make(partitions=("Shop", "Bank"))
    device.add_virtual_server("/Shop/vs", "192.0.2.1:443", profiles=("/Common/tcp", "/Common/http"))
    device.add_profile("client-ssl", "/Bank/x")
    device.add_rule("/Bank/x", "when HTTP_REQUEST { }")
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        for what, body in (
            ("rules", {"rules": ["/Bank/x"]}),
            ("profiles", {"profiles": ["/Common/tcp", "/Common/http", "/Bank/x"]}),
        ):
            status, message = rest.refusal("PATCH", "ltm/virtual/~Shop~vs", body)
            assert (status, message) == (
                400,
                f"01070726:3: A virtual server may only reference {what} in the same partition or the common partition "
                "(/Shop/vs:/Bank/x)",
            )


@pytest.mark.parametrize(("owner", "status"), [(None, 400), ("/Common/x.app/x", 200)])
def test_object_of_an_iapp_may_require_its_name_in_changes(make: Make, owner: str | None, status: int) -> None:
    device = make(strict_updates=False, owner_in_body=True)
    device.add_application("/Common/x.app/x")
    device.add_profile("client-ssl", "/Common/x.app/p", appService="/Common/x.app/x")
    body = {"sniDefault": "true", **({"appService": owner} if owner else {})}
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        assert rest.call("PATCH", f"{CLIENT_SSL}/~Common~x.app~p", body).status_code == status


@pytest.mark.parametrize(("strict", "status"), [(True, 400), (False, 200)])
def test_strict_updates_protect_the_objects_of_an_iapp(make: Make, strict: bool, status: int) -> None:
    device = make(strict_updates=strict)
    device.add_application("/Common/x.app/x")
    device.add_virtual_server("/Common/x.app/vs", "192.0.2.1:443", appService="/Common/x.app/x")
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        service = rest.get("sys/application/service/~Common~x.app~x")
        answer = rest.call("PATCH", "ltm/virtual/~Common~x.app~vs", {"description": "ours"})
        shown = rest.get("ltm/virtual/~Common~x.app~vs")
    assert (service["strictUpdates"] == "enabled") == strict
    assert answer.status_code == status
    assert shown["appService"] == "/Common/x.app/x"


def test_bare_name_is_in_common_and_comes_back_bare(vs: Rest) -> None:
    answer = vs.get("ltm/virtual/vs")
    assert (answer["fullPath"], answer["name"], "partition" in answer) == ("vs", "vs", False)
    assert answer["selfLink"] == "https://localhost/mgmt/tm/ltm/virtual/vs?ver=16.1.4"


def test_pages_have_numbers_and_a_next_link(rest: Rest) -> None:
    for number in range(5):
        rest.device.add_virtual_server(f"/Common/vs{number}", f"192.0.2.{number + 1}:443")
    answer = rest.get("ltm/virtual", **{"$top": "2", "$skip": "2"})
    assert [item["name"] for item in answer["items"]] == ["vs2", "vs3"]
    assert (answer["totalItems"], answer["totalPages"], answer["pageIndex"]) == (5, 3, 2)
    assert answer["nextLink"].startswith("https://localhost/mgmt/tm/ltm/virtual?$top=2&$skip=4&ver=")
    assert "nextLink" not in rest.get("ltm/virtual", **{"$top": "2", "$skip": "4"})


def test_apm_profile_has_a_name_reference(vs: Rest) -> None:
    vs.device.add_profile("access", "/Common/ap")
    vs.post(f"{VS}/profiles", {"name": "ap", "partition": "Common"})
    links = [item["nameReference"]["link"] for item in vs.get(f"{VS}/profiles")["items"]]
    assert any("/apm/profile/access/~Common~ap?" in link for link in links)


def test_name_reference_is_missing_by_switch(make: Make) -> None:
    device = make(name_reference=False)
    device.add_virtual_server("/Common/vs", "192.0.2.1:443")
    assert [
        set(item) & {"nameReference"} for item in device.get("/mgmt/tm/ltm/virtual/~Common~vs/profiles")["items"]
    ] == [
        set(),
        set(),
    ]


def test_direct_door_changes_and_deletes_past_the_journal(vs: Rest, device: SimulatedBigIP) -> None:
    device.set("/mgmt/tm/ltm/virtual/~Common~vs", description="changed")
    device.set("/mgmt/tm/sys/file/ssl-cert/~Common~default.crt", expirationDate=1)
    assert vs.get(VS)["description"] == "changed"
    assert vs.get("sys/file/ssl-cert/~Common~default.crt")["expirationDate"] == 1
    device.delete("/mgmt/tm/ltm/virtual/~Common~vs")
    assert vs.refusal("GET", VS)[0] == 404
    assert not device.exists("/mgmt/tm/ltm/virtual/~Common~vs")
    assert device.writes() == []


def test_context_of_an_attached_profile_can_change(vs: Rest) -> None:
    assert vs.patch(f"{VS}/profiles/~Common~tcp", {"context": "clientside"})["context"] == "clientside"
    assert profiles_of(vs) == {"/Common/http": "all", "/Common/tcp": "clientside"}
    assert vs.call("PUT", f"{VS}/profiles/~Common~tcp", {"name": "tcp", "context": "all"}).json()["context"] == "all"
    assert vs.refusal("PATCH", f"{VS}/profiles/~Common~udp", {"context": "all"})[0] == 404


def test_sub_collections_change_in_a_transaction(vs: Rest) -> None:
    vs.post(f"{VS}/profiles", {"name": "clientssl", "partition": "Common", "context": "clientside"})
    number = vs.begin()
    vs.call("DELETE", f"{VS}/profiles/~Common~clientssl", transaction=number)
    vs.post(f"{VS}/profiles", {"name": "clientssl-secure", "partition": "Common", "context": "clientside"}, number)
    vs.patch(f"{VS}/profiles/~Common~tcp", {"context": "clientside"}, number)
    assert "/Common/clientssl" in profiles_of(vs)
    assert vs.commit(number).ok
    assert profiles_of(vs) == {
        "/Common/clientssl-secure": "clientside",
        "/Common/http": "all",
        "/Common/tcp": "clientside",
    }


@pytest.mark.parametrize("given", ["/Common/a", "{ /Common/a /Common/b }", ["a", "/Common/b"]])
def test_rules_are_accepted_in_several_spellings(vs: Rest, given: object) -> None:
    for name in ("a", "b"):
        vs.device.add_rule(f"/Common/{name}", "when CLIENT_ACCEPTED { }")
    expected = ["/Common/a", "/Common/b"][: 1 if given == "/Common/a" else 2]
    assert vs.patch(VS, {"rules": given})["rules"] == expected
    assert "rules" not in vs.patch(VS, {"rules": "none"})


def test_none_removes_a_property(vs: Rest) -> None:
    assert vs.patch(VS, {"description": "x"})["description"] == "x"
    assert "description" not in vs.patch(VS, {"description": "none"})
    vs.post("ltm/pool", {"name": "p", "description": "x"})
    assert "description" not in vs.patch("ltm/pool/p", {"description": "none"})


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("resource-admin", 403), ("manager", 403)])
def test_metadata_can_only_be_set_by_administrators(make: Make, role: str, status: int) -> None:
    device = make(role=role)
    device.add_virtual_server("/Common/vs", "192.0.2.10:443")
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        answer = rest.call("PATCH", VS, {"metadata": [{"name": "f5-ansible.version", "value": "2.8.6"}]})
        assert answer.status_code == status
        if answer.ok:
            assert answer.json()["metadata"] == [{"persist": "true", "name": "f5-ansible.version", "value": "2.8.6"}]


def test_expansion_shows_the_items_of_every_sub_collection(vs: Rest) -> None:
    vs.post("ltm/pool", {"name": "p"})
    for path, name in (
        (VS, "policiesReference"),
        ("ltm/pool/~Common~p", "membersReference"),
        ("sys/file/ssl-cert/~Common~default.crt", "certValidatorsReference"),
    ):
        assert vs.get(path, expandSubcollections="true")[name]["items"] == []
        assert set(vs.get(path)[name]) == {"link", "isSubcollection"}
    (listed,) = vs.get("ltm/virtual", expandSubcollections="true")["items"]
    assert [item["name"] for item in listed["profilesReference"]["items"]] == ["http", "tcp"]
