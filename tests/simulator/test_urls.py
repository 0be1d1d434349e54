"""Names of objects in URLs, query options, and the texts of errors."""

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


def test_bare_name_is_in_common_and_is_repeated_bare(rest: Rest) -> None:
    answer = rest.get(f"{HTTP}/http")
    assert (answer["name"], answer["fullPath"], "partition" in answer) == ("http", "http", False)
    assert answer["selfLink"] == "https://localhost/mgmt/tm/ltm/profile/http/http?ver=16.1.4"


def test_percent_sign_in_a_name_is_encoded(rest: Rest) -> None:
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


def test_select_picks_properties_of_collection_items(rest: Rest) -> None:
    rest.device.add_virtual_server("/Common/vs", "192.0.2.1:443", ("/Common/tcp", "/Common/clientssl"))
    for path, names in ((HTTP, {"name", "fullPath"}), ("ltm/virtual/~Common~vs/profiles", {"name", "context"})):
        answer = rest.get(path, **{"$select": ",".join(names)})
        assert answer["kind"].endswith("collectionstate")
        assert {frozenset(item) for item in answer["items"]} == {frozenset(names)}


def pages(rest: Rest, path: str) -> list[dict[str, Any]]:
    """Follow the next links as Keyfactor's orchestrator does: without the host, otherwise unchanged."""
    answers = [rest.get(path)]
    while "nextLink" in answers[-1]:
        answers.append(rest.get(answers[-1]["nextLink"].removeprefix("https://localhost")))
    return answers


def test_next_links_reach_every_page_and_keep_other_options(rest: Rest) -> None:
    for number in range(3):
        add_pair(rest.device, f"c{number}")
    names = [item["name"] for item in rest.get("sys/file/ssl-cert")["items"]]
    query = "$filter=partition+eq+Common&$select=name,isBundle&$top=2&$skip=0"
    listed = pages(rest, f"/mgmt/tm/sys/file/ssl-cert?{query}")
    assert [item["name"] for page in listed for item in page["items"]] == names
    assert {frozenset(item) for page in listed for item in page["items"]} == {frozenset({"name", "isBundle"})}
    assert [page["pageIndex"] for page in listed] == list(range(1, listed[0]["totalPages"] + 1))
    assert {page["totalItems"] for page in listed} == {len(names)}
    assert sum(page["currentItemCount"] for page in listed) == len(names)
    assert all("ver=16.1.4&" not in page["selfLink"] for page in listed)


def test_skip_works_without_top(rest: Rest) -> None:
    names = [item["name"] for item in rest.get(HTTP)["items"]]
    assert [item["name"] for item in rest.get(HTTP, **{"$skip": "2"})["items"]] == names[2:]


@pytest.mark.parametrize("query", [{"$top": "x"}, {"$top": "0"}, {"$top": "1", "$skip": "-1"}])
def test_invalid_page_numbers_are_refused(rest: Rest, query: dict[str, str]) -> None:
    assert rest.call("GET", HTTP, params=query).status_code == 400


def test_filter_keeps_one_partition_and_its_folders(rest: Rest) -> None:
    rest.device.add_partition("Shop")
    rest.device.add_folder("/Shop/app")
    for path, host in (("/Common/a", 1), ("/Shop/b", 2), ("/Shop/app/c", 3)):
        rest.device.add_virtual_server(path, f"192.0.2.{host}:443")
    items = rest.get("ltm/virtual", **{"$filter": "partition eq Shop"})["items"]
    assert [item["fullPath"] for item in items] == ["/Shop/app/c", "/Shop/b"]


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
def test_organizing_collections_link_to_the_collections_below(rest: Rest, url: str, kind: str, below: str) -> None:
    answer = rest.get(url)
    assert (answer["kind"], answer["selfLink"]) == (kind, f"https://localhost/mgmt/tm/{url}?ver=16.1.4")
    links = [item["reference"]["link"] for item in answer["items"]]
    assert f"https://localhost/mgmt/tm/{below}?ver=16.1.4" in links
    assert len(links) == len(set(links))
    assert rest.call("GET", f"{url}/available").json() == {}


def test_null_values_are_ignored(rest: Rest) -> None:
    body = {"command": "run", "utilCmdArgs": "-c 'echo hello'", "commandResult": None}
    assert rest.post("util/bash", body)["commandResult"] == "hello\n"
    created = rest.post("ltm/rule", {"name": "r", "apiAnonymous": "", "appService": None, "nonsense": None})
    assert "appService" not in created


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
def test_errors_of_mcpd_have_its_body(rest: Rest, action: str, body: dict[str, Any]) -> None:
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
def test_errors_of_restjavad_have_its_body(rest: Rest, action: str, names: set[str]) -> None:
    rest.device.fault(Fault("GET", "/ltm/virtual$", action=action))
    answer = rest.call("GET", "ltm/virtual").json()
    assert set(answer) == {"code", "message", "referer", "restOperationId", "kind"} | names
    if names:
        assert answer["errorStack"] == ["java.util.concurrent.TimeoutException: remoteSender:10.0.2.2, method:GET "]


@pytest.mark.parametrize(
    ("tmos", "text"),
    [
        ("13.1.1", "01070317:3: profile /Common/x's key and certificate do not match"),
        (
            "15.1.5",
            "01070317:3: profile /Common/x's key(/Common/a.key) and certificate(/Common/default.crt) do not match.",
        ),
    ],
)
def test_text_of_a_key_mismatch_depends_on_the_release(make: Make, tmos: str, text: str) -> None:
    device = make(tmos=tmos)
    add_pair(device, "a")
    chain = [{"name": "default", "cert": "/Common/default.crt", "key": "/Common/a.key"}]
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        body = {"name": "x", "certKeyChain": chain}
        assert rest.refusal("POST", "ltm/profile/client-ssl", body) == (400, text)


def test_missing_policy_is_a_dangling_reference(rest: Rest) -> None:
    rest.device.add_virtual_server("/Common/vs", "192.0.2.1:443")
    status, message = rest.refusal("POST", "ltm/virtual/~Common~vs/policies", {"name": "p", "partition": "Common"})
    expected = "01070712:3: Values (/Common/p) specified for virtual server policy (/Common/vs /Common/p): foreign key "
    assert (status, message) == (
        400,
        expected + "index (policy_FK) do not point at an item that exists in the database.",
    )


@pytest.mark.parametrize(("above", "path"), [("/", "/Keys"), ("/Common", "/Common/Keys")])
def test_sub_path_can_be_a_full_path(rest: Rest, above: str, path: str) -> None:
    """As F5's cloud libraries create the folder for their keys."""
    assert rest.post("sys/folder", {"name": "Keys", "subPath": above})["fullPath"] == path
    assert rest.post("ltm/rule", {"name": f"{path}/r", "apiAnonymous": "x"})["fullPath"] == f"{path}/r"
