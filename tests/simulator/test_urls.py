"""How objects are named in URLs, what query options do, and how errors are worded."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from sectigo_f5.simulator import Fault
from tests.simulator.conftest import Make
from tests.simulator.rest import Rest, add_pair

HTTP = "ltm/profile/http"


@pytest.mark.parametrize("name", ["~Common~http", "~Common~http/", "%2FCommon%2Fhttp", "%7ECommon%7Ehttp"])
def test_every_spelling_of_a_full_path_names_the_object(rest: Rest, name: str) -> None:
    assert rest.get(f"{HTTP}/{name}")["fullPath"] == "/Common/http"


def test_a_bare_name_is_in_common_and_comes_back_as_it_went(rest: Rest) -> None:
    found = rest.get(f"{HTTP}/http")
    assert (found["name"], found["fullPath"], "partition" in found) == ("http", "http", False)
    assert found["selfLink"] == "https://localhost/mgmt/tm/ltm/profile/http/http?ver=16.1.4"


def test_a_percent_sign_in_a_name_is_encoded(rest: Rest) -> None:
    rest.device.add_virtual_server("/Common/vs%2", "192.0.2.1:443")
    assert rest.get("ltm/virtual/~Common~vs%252")["name"] == "vs%2"


@pytest.mark.parametrize(
    "path",
    [
        f"{HTTP}/~Common~http",
        "cm/device/bigip1.example.net",
        "auth/user/admin",
        "sys/global-settings",
        "sys/crypto/key/~Common~default.key",
    ],
)
def test_select_picks_properties_of_any_object(rest: Rest, path: str) -> None:
    whole = rest.get(path)
    names = ["kind", sorted(whole)[0]]
    assert rest.get(path, **{"$select": ",".join(names)}) == {name: whole[name] for name in names}


def test_select_picks_properties_of_the_items_of_a_collection(rest: Rest) -> None:
    rest.device.add_virtual_server("/Common/vs", "192.0.2.1:443", ("/Common/tcp", "/Common/clientssl"))
    for path, names in ((HTTP, {"name", "fullPath"}), ("ltm/virtual/~Common~vs/profiles", {"name", "context"})):
        found = rest.get(path, **{"$select": ",".join(names)})
        assert found["kind"].endswith("collectionstate")
        assert {frozenset(item) for item in found["items"]} == {frozenset(names)}


def pages(rest: Rest, path: str) -> list[dict[str, Any]]:
    """Follow the next links as Keyfactor's orchestrator does: the host is cut off, all else is kept."""
    found = [rest.get(path)]
    while "nextLink" in found[-1]:
        found.append(rest.get(found[-1]["nextLink"].removeprefix("https://localhost")))
    return found


def test_pages_lead_to_each_other_and_keep_the_other_options(rest: Rest) -> None:
    for number in range(3):
        add_pair(rest.device, f"c{number}")
    names = [item["name"] for item in rest.get("sys/file/ssl-cert")["items"]]
    query = "$filter=partition+eq+Common&$select=name,isBundle&$top=2&$skip=0"
    found = pages(rest, f"/mgmt/tm/sys/file/ssl-cert?{query}")
    assert [item["name"] for page in found for item in page["items"]] == names
    assert {frozenset(item) for page in found for item in page["items"]} == {frozenset({"name", "isBundle"})}
    assert [page["pageIndex"] for page in found] == list(range(1, found[0]["totalPages"] + 1))
    assert {page["totalItems"] for page in found} == {len(names)}
    assert sum(page["currentItemCount"] for page in found) == len(names)
    assert all("ver=16.1.4&" not in page["selfLink"] for page in found)


def test_skip_works_alone(rest: Rest) -> None:
    names = [item["name"] for item in rest.get(HTTP)["items"]]
    assert [item["name"] for item in rest.get(HTTP, **{"$skip": "2"})["items"]] == names[2:]


@pytest.mark.parametrize("query", [{"$top": "x"}, {"$top": "0"}, {"$top": "1", "$skip": "-1"}])
def test_pages_are_numbers(rest: Rest, query: dict[str, str]) -> None:
    assert rest.call("GET", HTTP, params=query).status_code == 400


def test_the_filter_keeps_one_partition_and_its_folders(rest: Rest) -> None:
    rest.device.add_partition("Shop")
    rest.device.add_folder("/Shop/app")
    for path, host in (("/Common/a", 1), ("/Shop/b", 2), ("/Shop/app/c", 3)):
        rest.device.add_virtual_server(path, f"192.0.2.{host}:443")
    found = rest.get("ltm/virtual", **{"$filter": "partition eq Shop"})["items"]
    assert [item["fullPath"] for item in found] == ["/Shop/app/c", "/Shop/b"]


@pytest.mark.parametrize(
    ("url", "kind", "below"),
    [
        ("sys", "tm:sys:syscollectionstate", "sys/crypto"),
        ("sys/crypto", "tm:sys:crypto:cryptocollectionstate", "sys/crypto/csr"),
        ("ltm", "tm:ltm:ltmcollectionstate", "ltm/profile"),
        ("ltm/profile", "tm:ltm:profile:profilecollectionstate", "ltm/profile/client-ssl"),
        ("cm", "tm:cm:cmcollectionstate", "cm/sync-status"),
    ],
)
def test_organizing_collections_link_to_what_is_below(rest: Rest, url: str, kind: str, below: str) -> None:
    found = rest.get(url)
    assert (found["kind"], found["selfLink"]) == (kind, f"https://localhost/mgmt/tm/{url}?ver=16.1.4")
    links = [item["reference"]["link"] for item in found["items"]]
    assert f"https://localhost/mgmt/tm/{below}?ver=16.1.4" in links
    assert len(links) == len(set(links))
    assert rest.call("GET", f"{url}/available").json() == {}


def test_null_says_nothing(rest: Rest) -> None:
    body = {"command": "run", "utilCmdArgs": "-c 'echo hello'", "commandResult": None}
    assert rest.post("util/bash", body)["commandResult"] == "hello\n"
    made = rest.post("ltm/rule", {"name": "r", "apiAnonymous": "", "appService": None, "nonsense": None})
    assert "appService" not in made


@pytest.mark.parametrize(
    ("action", "body"),
    [
        (
            "error:500:The connection to mcpd has been lost, try again.",
            {"errorStack": [], "apiError": 32768001},
        ),
        ("error:400:01070712:3: text", {"errorStack": [], "apiError": 3}),
    ],
)
def test_the_configuration_daemons_errors_have_its_body(rest: Rest, action: str, body: dict[str, Any]) -> None:
    rest.device.fault(Fault("GET", "/ltm/virtual$", action=action))
    answer = rest.call("GET", "ltm/virtual")
    _, status, message = action.split(":", 2)
    assert answer.json() == {"code": int(status), "message": message, **body}


@pytest.mark.parametrize(
    ("action", "names"),
    [
        ("error:404:Public URI path not registered: /tm/ltm/virtual", set()),
        ("error:404:URI path /mgmt/tm/ltm/virtual not registered.  Please verify URI is supported", set()),
        ("error:400:remoteSender:10.0.2.2, method:GET ", {"errorStack"}),
    ],
)
def test_the_rest_services_own_errors_have_another_body(rest: Rest, action: str, names: set[str]) -> None:
    rest.device.fault(Fault("GET", "/ltm/virtual$", action=action))
    found = rest.call("GET", "ltm/virtual").json()
    assert set(found) == {"code", "message", "referer", "restOperationId", "kind"} | names
    if names:
        assert found["errorStack"] == ["java.util.concurrent.TimeoutException: remoteSender:10.0.2.2, method:GET "]


@pytest.mark.parametrize(
    ("tmos", "told"),
    [
        ("13.1.1", "01070317:3: profile /Common/x's key and certificate do not match"),
        (
            "15.1.5",
            "01070317:3: profile /Common/x's key(/Common/a.key) and certificate(/Common/default.crt) do not match.",
        ),
    ],
)
def test_a_mismatch_is_told_in_the_releases_own_words(make: Make, tmos: str, told: str) -> None:
    device = make(tmos=tmos)
    add_pair(device, "a")
    chain = [{"name": "default", "cert": "/Common/default.crt", "key": "/Common/a.key"}]
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        body = {"name": "x", "certKeyChain": chain}
        assert rest.refused("POST", "ltm/profile/client-ssl", body) == (400, told)


def test_a_policy_that_is_not_there_is_a_dangling_reference(rest: Rest) -> None:
    rest.device.add_virtual_server("/Common/vs", "192.0.2.1:443")
    status, message = rest.refused("POST", "ltm/virtual/~Common~vs/policies", {"name": "p", "partition": "Common"})
    wanted = "01070712:3: Values (/Common/p) specified for virtual server policy (/Common/vs /Common/p): foreign key "
    assert (status, message) == (400, wanted + "index (policy_FK) do not point at an item that exists in the database.")


@pytest.mark.parametrize(("above", "path"), [("/", "/Keys"), ("/Common", "/Common/Keys")])
def test_a_sub_path_may_be_a_full_one(rest: Rest, above: str, path: str) -> None:
    """As F5's cloud libraries make the folder for their keys."""
    assert rest.post("sys/folder", {"name": "Keys", "subPath": above})["fullPath"] == path
    assert rest.post("ltm/rule", {"name": f"{path}/r", "apiAnonymous": "x"})["fullPath"] == f"{path}/r"
