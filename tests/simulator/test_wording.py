"""Refusals that a device words otherwise, and releases between those that were seen."""

from __future__ import annotations

import inspect

import pytest

from sectigo_f5.simulator import Switches
from sectigo_f5.simulator.refusals import of_objects, of_pairs, of_servers, of_sessions
from sectigo_f5.simulator.refusals.every import BY_KIND
from sectigo_f5.simulator.refusals.refusal import Refusal
from tests.simulator.conftest import Make
from tests.simulator.test_switches import logged_in

SSL = "ltm/profile/client-ssl"
FUNCTIONS = {
    name: function
    for module in (of_objects, of_pairs, of_servers, of_sessions)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if not name.startswith("_") and name != "in_words"
}


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_every_refusal_knows_its_kind_and_its_names(kind: str) -> None:
    names = {name: f"<{name}>" for name in inspect.signature(FUNCTIONS[kind]).parameters}
    refusal = FUNCTIONS[kind](**names)
    words = " ".join(f"{{{name}}}" for name in names)
    worded = refusal.worded({kind: (418, f"{words} {{unknown}} {{0}} {{}} %s")})
    assert (refusal.kind, worded.status, worded.kind) == (kind, 418, kind)
    assert worded.message == f"{' '.join(names.values())} {{unknown}} {{0}} {{}} %s"


def test_every_refusal_can_be_named_by_a_report() -> None:
    assert BY_KIND.keys() == FUNCTIONS.keys()


def test_device_without_texts_words_nothing_otherwise() -> None:
    refusal = of_sessions.no_shell()
    assert refusal.worded({"exists": (400, "x")}) is refusal
    assert Refusal(400, "of its own").worded({"": (401, "x")}).kind == ""


def test_device_answers_in_its_own_words_in_transactions_and_tmsh_too(make: Make) -> None:
    texts = {
        "file_missing": (404, "01071234:3: no {what} {path}"),
        "transaction_failed": (409, "transaction failed:[{reason}]"),
        "not_found": (410, "{name} is gone"),
    }
    body = {"name": "x", "certKeyChain": [{"name": "a", "cert": "/Common/{what}.crt", "key": "/Common/a.key"}]}
    expected = "01071234:3: no certificate /Common/{what}.crt"
    with logged_in(make, texts=texts) as rest:
        assert rest.refusal("POST", SSL, body) == (404, expected)
        transaction = rest.begin()
        rest.post(SSL, body, transaction)
        answer = rest.commit(transaction)
        assert (answer.status_code, answer.json()["message"]) == (409, f"transaction failed:[{expected}]")
        assert answer.json()["apiError"] == 2
        assert rest.bash("tmsh list sys file ssl-cert no.crt") == "/Common/no.crt is gone\n"


@pytest.mark.parametrize(
    ("version", "build", "major"),
    [("17.5.1.3", "0.0.8", 17), ("13.0.0", "0.0.4", 13), ("21.0.0", "0.0.8", 21), ("16.1.4", "0.0.10", 16)],
)
def test_other_releases_are_like_the_nearest(version: str, build: str, major: int) -> None:
    switches = Switches(tmos=version)
    assert (switches.release.build, switches.major) == (build, major)


@pytest.mark.parametrize("version", ["12.1.6", "22.0.0", "17", "17.x", "17.1.2 ", "", "1.2.3.4.5.6", "17.1.2\n"])
def test_release_that_is_not_simulated_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="as in 17.5.1.3"):
        Switches(tmos=version)


def test_release_is_shown_as_the_switches_have_it(make: Make) -> None:
    with logged_in(
        make, tmos="17.5.1.3", build="0.0.4", date="today", edition="Point Release 3", modules=("ltm", "apm")
    ) as rest:
        entries = next(iter(rest.get("sys/version")["entries"].values()))["nestedStats"]["entries"]
        shown = {name: value["description"] for name, value in entries.items()}
        assert (shown["Version"], shown["Build"], shown["Date"]) == ("17.5.1.3", "0.0.4", "today")
        assert rest.get("cm/device")["items"][0]["edition"] == "Point Release 3"
        levels = {one["name"]: one.get("level") for one in rest.get("sys/provision")["items"]}
        assert (levels["ltm"], levels["apm"]) == ("nominal", "nominal")
        assert "17.5.1.3" in rest.get("sys")["selfLink"]
