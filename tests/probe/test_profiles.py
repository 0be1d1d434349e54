"""The questions about client SSL profiles: what is found follows the device."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.errors import OutcomeUnknownError
from sectigo_f5.probe.bench import NotAskedError, Pair, RefusedError
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import SimulatedBigIP, Switches
from sectigo_f5.simulator.faults import Fault
from sectigo_f5.simulator.rest.wire import Exchange
from tests.simulator.rest import certificate_pem, key_pem, rsa_key
from tests.support.probe_pairs import Asked, answer, asked, bench

CLIENT_SSL = "/mgmt/tm/ltm/profile/client-ssl"
QUESTIONS = {
    "profile": "profile_with_passphrase",
    "profile-without-passphrase": "profile_passphrase",
    "profile-by-ciphertext": "own_ciphertext",
    "profile-two-keys": "rsa_and_ec",
    "profile-ec-only": "ec_only",
    "profile-change": "cert_key_chain_patch",
}


def found(question: str, **switches: Any) -> Asked:
    with SimulatedBigIP(Switches(**switches)) as device:
        return asked(device, question)


# -- what is found -----------------------------------------------------------------------------


def test_profile_takes_a_pair_and_shows_its_passphrase_encrypted() -> None:
    given = found("profile")
    assert given.findings == {"profile_with_passphrase": "works", "profile_shows": "ciphertext"}
    words = given.words("bad_passphrase")
    assert words.startswith("01070313:3: Error reading key PEM file {key} for profile {profile}: error:")
    assert given.words("file_missing") == "01070277:3: The requested {what} ({path}) was not found."
    assert given.words("mismatch") == (
        "01070317:3: profile {profile}'s key({key}) and certificate({certificate}) do not match."
    )


def test_older_release_says_less_of_a_mismatch() -> None:
    given = found("profile", tmos="13.1.1")
    assert given.words("mismatch") == "01070317:3: profile {profile}'s key and certificate do not match"


@pytest.mark.parametrize(("chain", "parent"), [("replaces", "keeps"), ("adds", "resets")])
def test_change_of_a_list_and_of_a_parent_follow_their_switches(chain: str, parent: str) -> None:
    switches = {"cert_key_chain_patch": chain, "parent_patch": parent}
    assert found("profile-change", **switches).findings == switches


def test_passphrase_is_needed_and_taken_back_encrypted() -> None:
    with SimulatedBigIP() as device, bench(device) as made:
        assert answer(device, made, "profile-without-passphrase").findings == {"profile_passphrase": "required"}
        assert answer(device, made, "profile-by-ciphertext").findings == {"own_ciphertext": "works"}


def test_pairs_of_two_kinds_go_together_and_two_of_a_kind_do_not() -> None:
    given = found("profile-two-keys")
    assert given.findings == {"rsa_and_ec": "works", "two_of_a_kind": "rejected"}
    assert given.words("two_of_a_type") == (
        "0107157c:3: Client SSL profile ({profile}) cannot contain more than one {kind} cert-key pair."
    )


@pytest.mark.parametrize(("tmos", "only"), [("13.1.1", "no"), ("15.1.5", "yes"), ("17.1.2", "yes")])
def test_ec_pair_alone_follows_the_release(tmos: str, only: str) -> None:
    given = found("profile-ec-only", tmos=tmos)
    assert given.findings == {"ec_only": only}
    refused = "010717e3:3: Client SSL profile must have RSA certificate/key pair."
    assert [text.message for text in given.texts.values()] == ([refused] if only == "no" else [])


def test_questions_about_profiles_are_asked_in_another_partition() -> None:
    with SimulatedBigIP(Switches(partitions=("Shop",))) as device, bench(device, "Shop") as made:
        for question, finding in QUESTIONS.items():
            assert finding in answer(device, made, question).findings


# -- what cannot be found ----------------------------------------------------------------------


def test_user_who_may_make_no_profile_finds_nothing() -> None:
    with SimulatedBigIP(Switches(role="guest")) as device, bench(device) as made:
        for question in QUESTIONS:
            given = answer(device, made, question)
            assert isinstance(given.error, RefusedError)
            assert given.findings == {}


def test_question_without_its_pair_is_not_asked() -> None:
    with SimulatedBigIP() as device, bench(device, pairs=()) as made:
        for question in QUESTIONS:
            assert isinstance(answer(device, made, question).error, NotAskedError)
        assert device.writes() == []


def test_key_without_protection_tells_nothing_of_passphrases() -> None:
    with SimulatedBigIP() as device, bench(device) as made:
        certificate, key = certificate_pem(rsa_key().public_key(), "plain.example.com"), key_pem(rsa_key())
        device.add_certificate("/Common/plain.crt", certificate, key)
        made.pairs["rsa"] = Pair("/Common/plain.key", "/Common/plain.crt", Secret("opens-nothing"))
        for question in ("profile-without-passphrase", "profile-by-ciphertext"):
            given = answer(device, made, question)
            assert isinstance(given.error, NotAskedError)
            assert given.findings == {}


def test_device_that_shows_other_pairs_than_were_sent_has_not_answered() -> None:
    """Somebody has changed the scratch profile before it is read."""
    with SimulatedBigIP() as device, bench(device) as made:

        def change(call: Exchange) -> None:
            if call.method == "POST" and "client-ssl" in call.path:
                device.hook = None
                device.set(f"{CLIENT_SSL}/~Common~{made.scratch.name('profile')}", certKeyChain=[])

        device.hook = change
        given = answer(device, made, "profile")
    assert "shows other pairs" in str(given.error)
    assert given.findings == {}


def test_ciphertext_of_the_device_is_neither_kept_nor_told() -> None:
    sent = list[object]()
    with SimulatedBigIP() as device, bench(device) as made:
        note = made.recorder.note

        def watch(call: Call, answer: requests.Response | None, seconds: float) -> None:
            sent.append(call.body)
            note(call, answer, seconds)

        made.client.watch = watch
        given = answer(device, made, "profile-by-ciphertext")
        assert "$M$" in str(sent)
        assert "$M$" not in str((given, made, made.recorder.taken()))


def test_lost_answer_to_a_creation_leaves_no_profile() -> None:
    """``answer`` sees to it that nothing is left."""
    with SimulatedBigIP() as device, bench(device) as made:
        for question in QUESTIONS:
            device.fault(Fault("POST", "client-ssl", action="drop-after"))
            assert isinstance(answer(device, made, question).error, OutcomeUnknownError)
            device.heal()


def test_profile_that_is_made_although_it_was_refused_has_no_answer() -> None:
    with SimulatedBigIP() as device:
        device.fault(Fault("POST", "client-ssl", action="error-after:400:01070734:3: Configuration error: no"))
        given = asked(device, "profile")
    assert "although it refused to" in str(given.error)
    assert given.findings == {}


def test_device_that_takes_no_passphrase_tells_nothing_else_of_pairs() -> None:
    """Each refusal is for the passphrase: neither its words nor the fact mean what they mean elsewhere."""
    with SimulatedBigIP(Switches(profile_with_passphrase="rejected")) as device, bench(device) as made:
        given = answer(device, made, "profile", complete=False)
        assert (given.findings, given.texts) == ({"profile_with_passphrase": "rejected"}, {})
        for question in set(QUESTIONS) - {"profile"}:
            given = answer(device, made, question)
            assert isinstance(given.error, RefusedError)
            assert (given.findings, given.texts) == ({}, {})
