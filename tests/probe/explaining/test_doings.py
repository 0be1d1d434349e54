"""What follows from several findings together."""

from __future__ import annotations

import pytest

from sectigo_f5.probe.explaining.doings import doings
from sectigo_f5.probe.explaining.findings import Findings
from sectigo_f5.probe.explaining.nouns import Means
from sectigo_f5.probe.nouns import Entry, Outcome, Release, Report

Found = dict[str, dict[str, str]]


def done(what: str, found: Found, version: str = "16.1.4") -> Means:
    entries = tuple(Entry(name, Outcome.ANSWERED, findings=words) for name, words in found.items())
    return dict(doings(Findings(Report("2.0.0", "Common", Release(version), entries))))[what]


def access(role: str, uploads: str, bash: str) -> Found:
    return {"user": {"role": role}, "upload": {"uploads": uploads}, "shell": {"bash": bash}}


def test_nothing_is_known_of_an_empty_report() -> None:
    told = dict(doings(Findings(Report("2.0.0", "Common", Release(), ()))))
    assert {means.text for means in told.values()} == {"not known: too little was answered"}


@pytest.mark.parametrize(
    ("found", "text", "is_a_surprise"),
    [
        (access("admin", "works", "yes"), "sent by upload", False),
        (access("resource-admin", "works", "yes"), "sent by upload, which other releases refuse to the role", True),
        (access("resource-admin", "rejected", "yes"), "sent through util/bash, in pieces", False),
        (access("manager", "rejected", "no"), "not stored", False),
    ],
)
def test_way_of_certificates_follows_from_role_and_shell(found: Found, text: str, is_a_surprise: bool) -> None:
    means = done("certificates", found)
    assert (means.text.startswith(text), means.unforeseen) == (True, is_a_surprise)


@pytest.mark.parametrize(("role", "is_a_surprise"), [("admin", True), ("resource-admin", False)])
def test_missing_route_is_a_surprise_for_a_user_with_every_right_alone(role: str, is_a_surprise: bool) -> None:
    no_route = {"key-p256": {"native_password_keys": "rejected"}, "key-by-openssl": {"openssl_route": "rejected"}}
    means = done("keys of ECDSA secp256r1", {**no_route, **access(role, "works", "yes")})
    assert (means.text.startswith("not at all"), means.unforeseen) == (True, is_a_surprise)


@pytest.mark.parametrize(
    ("version", "alone", "text", "is_a_surprise"),
    [
        ("13.1.1", "no", "refused", False),
        ("13.1.1", "yes", "refused by the connector, unless", True),
        ("14.1.2", "no", "refused by the BIG-IP", False),
        ("15.1.5", "yes", "put in service", False),
    ],
)
def test_ecdsa_alone_follows_from_release_too(version: str, alone: str, text: str, is_a_surprise: bool) -> None:
    means = done("an ECDSA certificate alone", {"profile-ec-only": {"ec_only": alone}}, version)
    assert (means.text.startswith(text), means.unforeseen) == (True, is_a_surprise)


@pytest.mark.parametrize(
    ("own", "passphrase", "text", "is_a_surprise"),
    [
        ("works", "required", "put back by the BIG-IP's own text", False),
        ("rejected", "optional", "put back by the passphrase in the key object", False),
        ("rejected", "required", "not put back", True),
    ],
)
def test_going_back_follows_from_what_opens_a_key(own: str, passphrase: str, text: str, is_a_surprise: bool) -> None:
    found = {
        "profile-by-ciphertext": {"own_ciphertext": own},
        "profile-without-passphrase": {"profile_passphrase": passphrase},
    }
    means = done("a former pair", found)
    assert (means.text.startswith(text), means.unforeseen) == (True, is_a_surprise)


@pytest.mark.parametrize(
    ("save", "task", "text"),
    [
        ("works", "works", "at once"),
        ("rejected", "works", "by the asynchronous task"),
        ("rejected", "rejected", "not at all by this user"),
    ],
)
def test_saving_follows_from_save_and_task(save: str, task: str, text: str) -> None:
    means = done("saving", {"save": {"save": save}, "task": {"task_save": task}})
    assert means.text.startswith(text)


def test_saving_that_was_not_tried_is_told_so() -> None:
    assert done("saving", {"task": {"task_save": "works"}}).text == "not tried; there is the asynchronous task, too"


def test_rehearsal_needs_a_device_that_validates_only() -> None:
    told = [
        done("rehearsal of a change", {"transaction": {"validate_only": word}}).text for word in ("works", "ignored")
    ]
    assert told == ["before a certificate is ordered", "none"]
