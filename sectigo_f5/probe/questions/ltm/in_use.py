"""Deletion of what is in use: a BIG-IP is relied on to refuse it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.probe.bench import Bench, Pair
from sectigo_f5.probe.catalogue.nouns import REJECTED
from sectigo_f5.probe.questions.ltm import client_ssl, scratch_server
from sectigo_f5.probe.questions.ltm.client_ssl import PROFILES, entry
from sectigo_f5.probe.questions.ltm.verdicts import verdict
from sectigo_f5.probe.seen import Seen

CERTIFICATES, KEYS = "sys/file/ssl-cert", "sys/file/ssl-key"
_WORDS = re.compile(r"The (?:requested )?(?P<title>[A-Z].*?) \(.* in use by an? (?P<by>.*?)\.?$")


def in_use(bench: Bench) -> None:
    """Delete certificate and key under a profile, and a profile under a virtual server.

    The pair is the second one, and it is given up until both deletions are refused: no question is asked with a pair
    that may be gone.
    """
    pair = bench.pair("rsa-2")
    client_ssl.must_hold(bench, client_ssl.created(bench, "user", entry(pair)), pair)
    del bench.pairs["rsa-2"]
    if not _files_are_deleted(bench, pair):
        bench.pairs["rsa-2"] = pair
    _profile(bench)


def _files_are_deleted(bench: Bench, pair: Pair) -> bool:
    certificate = _deleted(bench, "delete_used_certificate", object_url(CERTIFICATES, pair.certificate))
    bench.note_text("file_in_use", certificate, path=pair.certificate)
    key = _deleted(bench, "delete_used_key", object_url(KEYS, pair.key))
    if certificate.ok:
        bench.note_text("file_in_use", key, path=pair.key)
    return certificate.ok or key.ok


def _profile(bench: Bench) -> None:
    profile = client_ssl.created(bench, "used").path
    server = scratch_server.created(bench)  # made last, deleted first: it uses the profile
    scratch_server.must_attach(bench, server, profile)
    seen = _deleted(bench, "delete_used_profile", object_url(PROFILES, profile))
    words = _WORDS.search(seen.message)  # both of them are the device's own
    bench.note_text("in_use", seen, path=profile, **(words.groupdict() if words else {}))


def _deleted(bench: Bench, finding: str, url: str) -> Seen:
    """Try to delete something, and note whether it is gone."""
    seen = bench.ask("DELETE", url)
    found = verdict(bench, seen, "a deletion")
    if found != REJECTED and _is_there(bench, url):
        raise ConnectorError("the BIG-IP still shows what it has deleted")
    bench.find(finding, found)
    return seen


def _is_there(bench: Bench, url: str) -> bool:
    try:
        bench.client.get(url)
    except DeviceError as error:
        if error.absent:
            return False
        raise
    return True


ASKED: Mapping[str, Callable[[Bench], None]] = {"in-use": in_use}
