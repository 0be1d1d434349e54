"""Certificates by a throw-away CA, for keys of the device."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

from sectigo_f5.bigip.certificate_objects import SSL_CERT_URL, certificate_body, checksum_of
from sectigo_f5.bigip.profile_change import CLIENT_SSL_URL
from sectigo_f5.bigip.readers import text
from sectigo_f5.device_objects import STOCK_PROFILE
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.transfer import DOWNLOADS
from sectigo_f5.model import KeySpec
from sectigo_f5.probe.bench import Bench, Pair
from sectigo_f5.probe.catalogue.nouns import REJECTED, WORKS
from sectigo_f5.probe.making import certificates, keys, pairs
from sectigo_f5.probe.seen import Seen
from sectigo_f5.probe.throwaway_ca import ThrowawayCA
from sectigo_f5.x509.certificates import Certificate, read_certificate

FURTHER = {"rsa-2": keys.RSA_2048, "ec": keys.P_256}  # pairs besides the one by which the question is answered


def certificate(bench: Bench) -> None:
    """Ask what is stored and told of a certificate; makes the pairs that later questions need."""
    ca, routes = ThrowawayCA(datetime.now(timezone.utc)), pairs.Routes()
    made = routes.make(bench, "rsa", keys.RSA_2048)
    pem = ca.issue(made.request) if made else ca.certificate
    path = bench.scratch.path("rsa.crt")
    stored = certificates.store(bench, path, pem, lasting=True)
    works = bench.did(stored, "a certificate")
    bench.find("certificate", WORKS if works else REJECTED)
    if not works:
        return
    _describe(bench, _shown(bench, path), pem)
    bench.issuer = ca.certificate
    if made:
        bench.pairs["rsa"] = Pair(made.key, path, made.passphrase)
    for kind, spec in FURTHER.items():
        if made or spec != keys.RSA_2048:
            _make_pair(bench, kind, spec, ca, routes)
    _refusals(bench, path, pem)


def _make_pair(bench: Bench, kind: str, spec: KeySpec, ca: ThrowawayCA, routes: pairs.Routes) -> None:
    made = routes.make(bench, kind, spec)
    if made is None:
        return
    path = bench.scratch.path(f"{kind}.crt")
    if bench.did(certificates.store(bench, path, ca.issue(made.request), lasting=True), "a certificate"):
        bench.pairs[kind] = Pair(made.key, path, made.passphrase)


def _shown(bench: Bench, path: str) -> Json:
    told = bench.shown(certificates.url(path))
    if not told:
        raise ConnectorError("the BIG-IP does not show the certificate that it was asked to store")
    return told


def _describe(bench: Bench, told: Json, pem: str) -> None:
    """Note how a certificate's object tells what is known of the certificate."""
    sent = read_certificate(pem)
    checksum, fingerprint, subject = text(told, "checksum"), text(told, "fingerprint"), text(told, "subject") or ""
    same = checksum == checksum_of(pem.encode())
    bench.find("certificate_checksum", "none" if checksum is None else "of-the-file" if same else "other")
    same = _digits(fingerprint or "").removeprefix("sha256") == sent.fingerprint
    bench.find("certificate_fingerprint", "none" if fingerprint is None else "sha256" if same else "other")
    bench.find("serial_spelling", _spelling(text(told, "serialNumber"), sent))
    bench.find("subject_begins", "CN" if re.match(r"/?\s*CN\s*=", subject) else "other")


def _spelling(told: str | None, sent: Certificate) -> str:
    if told is None:
        return "none"
    if told.strip() == str(int(sent.serial, 16)):
        return "decimal"
    if _digits(told).removeprefix("0x").lstrip("0") != sent.serial:
        return "other"
    return "colons" if ":" in told else "hexadecimal"


def _digits(told: str) -> str:
    return re.sub(r"[^0-9a-zA-Z]", "", told).lower()


# -- refusals ----------------------------------------------------------------------------------


def _refusals(bench: Bench, path: str, pem: str) -> None:
    """Note how it refuses a name that is taken, a file that is no certificate, and one that does not exist."""
    file = certificates.bring(bench, "again.crt", pem)
    bench.note_refusal("exists", _asked(bench, path, file), name=path, partition=bench.partition)
    nothing = bench.scratch.path("nothing.crt")
    file = certificates.bring(bench, "nothing.crt", "not a certificate\n")
    bench.note_refusal("unknown_format", _asked(bench, nothing, file), path=nothing)
    missing = bench.scratch.path("missing.crt")
    file = f"{DOWNLOADS}/{bench.scratch.name('missing.crt')}"
    bench.note_refusal("file_unreadable", _asked(bench, missing, file))


def _asked(bench: Bench, path: str, file: str) -> Seen:
    """Ask for a certificate object that is likely to be refused."""
    bench.scratch.object(certificates.CERTIFICATE, path)
    return bench.ask("POST", SSL_CERT_URL, certificate_body(path, file))


# -- others ------------------------------------------------------------------------------------


def bundle(bench: Bench) -> None:
    """Ask which certificate of a file with two its object describes."""
    now = datetime.now(timezone.utc)
    first, last = (ThrowawayCA(now, name).certificate for name in ("first", "last"))
    path = bench.scratch.path("bundle.crt")
    bench.must(certificates.store(bench, path, first + last), "a file with two certificates")
    told = _shown(bench, path)
    described = {name for name in ("first", "last") if f"{name}." in (text(told, "subject") or "")}
    bench.find("bundle_describes", described.pop() if len(described) == 1 else "neither")


def digit_first_names(bench: Bench) -> None:
    """Ask for a certificate and a client SSL profile whose names begin with a digit."""
    now, name = datetime.now(timezone.utc), f"7{bench.scratch.name('digit')}"
    path = f"/{bench.partition}/{name}"
    stored = certificates.store(bench, path, ThrowawayCA(now).certificate)
    bench.find("digit_first_certificates", WORKS if bench.did(stored, "a certificate") else REJECTED)
    asked = _profile(bench, path)
    if bench.did(asked, "a client SSL profile"):
        bench.find("digit_first_names", WORKS)
        return
    usual = bench.scratch.path("letter")
    bench.must(_profile(bench, usual), "a client SSL profile of another name")
    bench.find("digit_first_names", REJECTED)
    bench.note_refusal("bad_name", asked, path=path)


def _profile(bench: Bench, path: str) -> Seen:
    """Ask for a client SSL profile, with a pair if there is one."""
    bench.scratch.object("ltm/profile/client-ssl", path)
    _, partition, name = path.split("/")
    body: Json = {"name": name, "partition": partition, "defaultsFrom": STOCK_PROFILE}
    if "rsa" in bench.pairs:
        pair = bench.pairs["rsa"]
        entry = {"name": "rsa", "cert": pair.certificate, "key": pair.key, "passphrase": pair.passphrase.reveal()}
        body["certKeyChain"] = [entry]
    return bench.ask("POST", CLIENT_SSL_URL, body)


ASKED: Mapping[str, Callable[[Bench], None]] = {
    "certificate": certificate,
    "bundle": bundle,
    "digit-first-names": digit_first_names,
}
