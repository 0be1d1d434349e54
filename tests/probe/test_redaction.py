"""What a report may tell of a text, a path, or any JSON: words and names that are known, and nothing else."""

from __future__ import annotations

import ast
import inspect
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.probe.harmless.vocabulary import BUILT_IN, FOLDERS, MODULES, SEGMENTS, WORDS
from sectigo_f5.probe.harmless.words import is_term, is_word
from sectigo_f5.probe.nouns import Release
from sectigo_f5.probe.recorder import Recorder
from sectigo_f5.probe.redaction import Redactor
from sectigo_f5.secret import Secret
from sectigo_f5.simulator.refusals.every import BY_KIND
from tests.support.canaries import Canaries, unique
from tests.support.installation import ROOT
from tests.support.properties import generated

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
STEM = "sectigo-f5-probe-1a2b3c4d"
OURS = f"/Shop/{STEM}-rsa.key"


def redactor(partition: str = "Shop") -> Redactor:
    found = Redactor(STEM, partition)
    found.learn_sent([f"{STEM}-rsa.key", {"keySize": 2048, "lifetime": 36001}])
    return found


TEXTS = {
    # F5's own words, codes and OpenSSL's errors stay
    "01070317:3: profile /Shop/mine's key(/Shop/mine) and certificate(/Shop/x.crt) do not": (
        "01070317:3: profile /PARTITION/<name>'s key(/PARTITION/<name>) and certificate(/PARTITION/<name>) do not"
    ),
    f"01070313:3: Error reading key PEM file {OURS}: error:0906A068:PEM routines:PEM_do_header:bad password read": (
        "01070313:3: Error reading key PEM file /PARTITION/sectigo-f5-probe-rsa.key: "
        "error:0906A068:PEM routines:PEM_do_header:bad password read"
    ),
    "error:1C800064:Provider routines::bad decrypt": "error:1C800064:Provider routines::bad decrypt",
    "error:0906A068:PEM routines:Contoso:bad password": "error:0906A068:PEM routines:<name>:bad password",
    "transaction failed:01020036:3: The requested profile (/Common/clientssl) was not found.": (
        "transaction failed:01020036:3: The requested profile (/Common/clientssl) was not found."
    ),
    '"bash" unexpected argument': '"bash" unexpected argument',
    # whoever is named does not
    "user jane of web01.contoso.local (10.1.2.3) and 2001:db8::7 has 37 of 100 tokens": (
        "user <name> of <host> (<address>) and <address> has 37 of 100 tokens"
    ),
    "mail to jane@contoso.com, 4711 times": "mail to <text> <number> times",
    "user=https://localhost/mgmt/shared/authz/users/jane uri:http://contoso.local/mgmt/tm/ltm/virtual/~Shop~vs?x=y": (
        "user=https://localhost/mgmt/shared/authz/users/<user> "
        "uri:http://<host>/mgmt/tm/ltm/virtual/~PARTITION~<name>?<text>"
    ),
    "id 6f1c0d3e-9a41-4c67-b1a8-0f3b2a1c9d7e of deadbeef01 at 00:50:56:ab:cd:ef": "id <name> of <name> at <address>",
    "$M$x7$Zm9vYmFyCg== dGhlIHNlY3JldA/+x==": "<text>",
    "/Common/contoso_wildcard, /Contoso/Sales/vs_1:443 and /var/config/rest/downloads/contoso.key": (
        "/Common/<name>, /<name> and /var/config/rest/downloads/<name>"
    ),
    "/config/filestore/files_d/Common_d/certificate_key_d/:Common:contoso.key_123_1": (
        "/config/filestore/files_d/Common_d/certificate_key_d/:Common:<name>"
    ),
    f"a life of 36001 seconds, {STEM}-zebra-file.it, and 2048 bits": (
        "a life of 36001 seconds, sectigo-f5-probe-other-file.it, and 2048 bits"
    ),
    "Access Denied: User (o'brien) may not change Müller & Söhne": (
        "Access Denied: User (<name>) may not change <text>"
    ),
    "a bug of the connector: KeyError at keys.py:33": "a bug of the connector: KeyError at keys.py:33",
    "one\nline\x1b[31m only": "one line[<name> only",
    "": "",
}


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:30])
def test_a_text_keeps_words_that_are_known(text: str) -> None:
    assert redactor().message(text) == TEXTS[text]


REFUSALS = {
    name: function
    for name, function in BY_KIND.items()
    if list(inspect.signature(function).parameters) not in (["reason"], ["value"])
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_is_told_whole_with_placeholders_for_names(kind: str) -> None:
    """As the simulator, which is made of reports, needs it; a flag has no place in the text."""
    parameters = inspect.signature(REFUSALS[kind]).parameters
    flags = {name: False for name, one in parameters.items() if one.annotation == "bool"}
    ours = {name: f"/Shop/{STEM}-{number}.{name}" for number, name in enumerate(parameters) if name not in flags}
    told = Recorder(redactor()).text(400, REFUSALS[kind](**ours, **flags).message, ours)
    wanted = REFUSALS[kind](**{name: f"{{{name}}}" for name in ours}, **flags).message
    assert told.message == " ".join(wanted.split())


def test_a_name_of_one_letter_is_no_part_of_other_words() -> None:
    told = Recorder(redactor()).text(400, "transaction failed:a key (a) of a.key", {"key": "a", "none": ""})
    assert told.message == "{key} key ({key}) of <host>"


def test_a_device_cannot_write_a_placeholder_for_a_name_of_ours() -> None:
    assert (
        Recorder(redactor()).text(400, "\ue000\ue001 {path} {contoso}", {"path": "/Shop/x"}).message
        == "{path} {<name>}"
    )


def test_a_secret_that_is_alive_is_masked_first() -> None:
    secret = Secret("key file error")
    assert redactor().message("the key file error is here") == "the <text> is here"
    assert secret


def test_a_name_of_known_words_is_replaced_once_it_was_seen() -> None:
    one = redactor()
    assert one.message("in failover-group and Web Access Servers") == "in failover-group and Web Access Servers"
    one.learn({"items": [{"name": "failover-group"}, {"description": "Web Access Servers"}, {"name": "client-ssl"}]})
    assert one.message("in failover-group and Web Access Servers") == "in <name> and <name>"
    assert one.message("a client-ssl profile") == "a client-ssl profile"


PATHS = {
    "/mgmt/tm/ltm/virtual/~Shop~app.app~vs_1/profiles": "/mgmt/tm/ltm/virtual/~PARTITION~<name>/profiles",
    "/mgmt/tm/ltm/profile/client-ssl/~Common~clientssl": "/mgmt/tm/ltm/profile/client-ssl/~Common~clientssl",
    f"/mgmt/tm/sys/crypto/key/~Shop~{STEM}-rsa.key": "/mgmt/tm/sys/crypto/key/~PARTITION~sectigo-f5-probe-rsa.key",
    "/mgmt/tm/sys/file/ssl-key/~Contoso~clientssl": "/mgmt/tm/sys/file/ssl-key/~<name>",
    "/mgmt/tm/sys/file/ssl-key/~Common~a%2Fb.key": "/mgmt/tm/sys/file/ssl-key/~Common~<name>",
    "/mgmt/tm/transaction/1764173812/commands/3": "/mgmt/tm/transaction/<number>/commands/<number>",
    "/mgmt/shared/authz/tokens/***": "/mgmt/shared/authz/tokens/<token>",
    "/mgmt/tm/auth/user/admin": "/mgmt/tm/auth/user/<user>",
    "/mgmt/tm/cm/device/bigip1.contoso.local": "/mgmt/tm/cm/device/<name>",
    f"/mgmt/shared/file-transfer/uploads/{STEM}.crt": "/mgmt/shared/file-transfer/uploads/sectigo-f5-probe.crt",
    "/mgmt/tm/sys/db/systemauth.disablebash": "/mgmt/tm/sys/db/systemauth.disablebash",
}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_keeps_f5s_words_and_names_of_ours(path: str) -> None:
    assert redactor().path(path) == PATHS[path]


def test_queries_keep_names_of_properties_and_common_numbers() -> None:
    one = redactor()
    assert one.query("$select", "name,certKeyChain,contosoSecret") == "name,certKeyChain,<name>"
    assert (one.query("$top", "100"), one.query("$skip", "4711")) == ("100", "<number>")
    assert one.query("$filter", "partition eq Shop") == "partition eq PARTITION"
    named = {name: one.query_name(name) for name in ("$filter", "ver", "contoso", "key/cert", "$$top")}
    assert [name for name, shown in named.items() if name == shown] == ["$filter", "ver"]


def test_a_release_is_told_in_f5s_words_alone() -> None:
    told = Release("15.1.5", "0.0.8", "Point Release 4", "Thu Jan 20 13:05:38 PST 2022", ["ltm", "asm", "contoso"])
    assert redactor().release(told) == Release(told.version, told.build, told.edition, told.date, ["asm", "ltm"])
    odd = Release("of contoso", "<b>", "for Müller", "yesterday", ["web01"])
    assert redactor().release(odd) == Release(modules=[])


# -- shapes and values -----------------------------------------------------------------------------


def test_items_are_merged_so_that_neither_number_nor_order_is_told() -> None:
    one = redactor()
    items = [{"name": "x", "port": 1}, {"name": "y", "contoso-pool": []}, {"name": None}]
    assert one.shape({"items": items}) == one.shape({"items": items[::-1] * 7})
    assert one.shape({"items": items}) == {
        "items": [{"<property>": [], "name": {"|": ["null", "string"]}, "port": "number"}]
    }


def test_statistics_and_maps_do_not_tell_their_keys() -> None:
    entries = {
        "https://localhost/mgmt/tm/ltm/virtual/~Shop~vs_1/stats": {"nestedStats": {"status.availabilityState": True}},
        "https://localhost/mgmt/tm/ltm/virtual/~Shop~vs_2/stats": {"nestedStats": {"vs_2": 1.5}},
    }
    assert redactor().shape({"entries": entries, "contoso": 1, "web01": "x"}) == {
        "<property>": {"|": ["number", "string"]},
        "entries": {
            "/mgmt/tm/ltm/virtual/~PARTITION~<name>/stats": {
                "nestedStats": {"<property>": "number", "status.availabilityState": "boolean"}
            }
        },
    }


def test_values_are_f5s_words_and_names_of_ours() -> None:
    ours = {"name": f"{STEM}-rsa.key", "securityType": "password", "keySize": "2048", "checksum": "SHA1:1:ab"}
    theirs = {"name": "contoso.key", "securityType": "normal", "keySize": "4096"}
    told = redactor().values(
        {
            "kind": "tm:sys:file:ssl-key:ssl-keycollectionstate",
            "items": [theirs, ours],
            "description": "contoso",
            "state": "CONTOSO",
            "timeout": 1200,
            "code": 999,
            "partition": "Shop",
            "defaultsFrom": "/Common/clientssl",
            "cert": "/Common/contoso.crt",
            "commandResult": "total 4711 of /shared/images/contoso.iso",
        }
    )
    assert told == {
        "commandResult": "total <number> of /shared/images/<name>",
        "defaultsFrom": "/Common/clientssl",
        "items.keySize": "2048",
        "items.name": "sectigo-f5-probe-rsa.key",
        "items.securityType": "password",
        "kind": "tm:sys:file:ssl-key:ssl-keycollectionstate",
        "timeout": 1200,
    }


CANARIES = Canaries()
THEIRS = [CANARIES.add(f"canary {number}", unique()) for number in range(8)]
TOLD = ["name", "items", "kind", "message", "commandResult", "securityType", "entries", "nestedStats", "fullPath"]
texts = st.one_of(
    st.sampled_from(THEIRS),
    st.sampled_from(THEIRS).flatmap(
        lambda text: st.sampled_from(
            [
                f"/Common/{text}",
                f"~Shop~{text}",
                f'"{text}"',
                f"x={text}:1",
                f"01070712:3: ({text})",
                f"{text}.local",
                f"https://{text}/mgmt/tm/ltm/{text}",
                f"error:0906A068:PEM routines:{text}:bad",
                f"{text}@{text}.com",
            ]
        )
    ),
    st.sampled_from(TOLD),
    st.text(max_size=30),
)
anything = st.recursive(
    st.one_of(texts, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


@generated(120)
@given(anything)
def test_any_json_is_told_without_what_is_theirs(content: Any) -> None:
    one = redactor()
    one.learn(content)
    told = json.dumps([one.shape(content), one.values(content), one.message(json.dumps(content))], ensure_ascii=False)
    assert CANARIES.found_in(told) == set()


@generated(120)
@given(st.lists(texts, max_size=6).map(" ".join))
def test_any_text_is_told_in_what_may_be_told(text: str) -> None:
    one = redactor()
    told = one.message(text)
    assert one.message(told) == told
    assert len(told) <= 600
    assert told.isprintable()
    assert CANARIES.found_in(one.path(text) + one.query("x", text) + one.query_name(text)) == set()


# -- the words -------------------------------------------------------------------------------------


def test_the_words_are_sorted_lists_without_endings() -> None:
    assert [word for word in WORDS if word != word.lower()] == []
    assert not BUILT_IN & {"Common"}
    assert all((SEGMENTS, FOLDERS, MODULES))
    assert is_word("Certificates")
    assert is_word("successfully")
    assert [word for word in ("contoso", "web01", "jane", "zürich", "server01", "10", "x") if is_term(word)] == []
    assert [word for word in ("sniDefault", "cert-key-chain", "sha256", "HTTP_REQUEST") if not is_term(word)] == []


def sentences() -> set[str]:
    """Return what questions and errors of ours say, which a report tells as the reason if there is no answer."""
    found = set[str]()
    for folder in ("probe", "icontrol"):
        for file in (ROOT / "sectigo_f5" / folder).rglob("*.py"):
            if file.parent.name in ("harmless", "explaining", "facts", "filing", "catalogue"):
                continue
            tree = ast.parse(file.read_text(encoding="utf-8"))
            texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
            docstrings = {
                ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, DOCUMENTED)
            }
            found |= {text for text in texts if isinstance(text, str) and text not in docstrings}
    return {text for text in found if re.fullmatch(r"(?:[A-Za-z',;:-]+ ){2,}[A-Za-z',;:-]+", text.strip())}


def test_words_of_ours_are_known() -> None:
    one = redactor()
    told = {text: one.message(text) for text in sentences()}
    assert len(told) > 40
    assert {text: shown for text, shown in told.items() if shown != " ".join(text.split())} == {}
