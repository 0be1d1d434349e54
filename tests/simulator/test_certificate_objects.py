"""Certificate objects: names that are cut off, the issuer and OCSP validators, hidden properties."""

from __future__ import annotations

import pytest

from tests.simulator.rest import Rest, add_pair, certificate_pem, ec_key, rsa_key

CERT = "sys/file/ssl-cert"


@pytest.mark.parametrize(
    ("count", "length", "whole"),
    [(1, 19, True), (195, 4093, True), (196, 4095, False), (400, 4095, False)],
)
def test_alternative_names_end_after_4095_bytes(rest: Rest, count: int, length: int, whole: bool) -> None:
    """F5 Bug ID 891565; each name is 15 characters, and with ``DNS:`` and ``, `` 21."""
    names = [f"w{number:03d}.example.cc" for number in range(count)]
    rest.device.add_certificate("/Common/x.crt", certificate_pem(ec_key().public_key(), *names))
    shown = rest.get(f"{CERT}/x.crt")["subjectAlternativeName"]
    full = ", ".join(f"DNS:{name}" for name in names)
    assert (len(shown), shown == full, full.startswith(shown)) == (length, whole, True)
    assert f"subject-alternative-name {shown}" in rest.bash("tmsh list sys crypto cert x.crt").replace('"', "")


def test_issuer_and_validators_belong_to_the_certificate(rest: Rest) -> None:
    for name in ("ca", "leaf"):
        rest.device.add_certificate(
            f"/Common/{name}.crt", certificate_pem(rsa_key().public_key(), f"{name}.example.com")
        )
    missing = {"issuerCert": "/Common/no.crt"}
    assert rest.refusal("PATCH", f"{CERT}/leaf.crt", missing)[1].startswith("01070277:3: ")
    wanted = {"issuerCert": "ca.crt", "certValidationOptions": ["ocsp"], "certValidators": ["/Common/ocsp"]}
    shown = rest.patch(f"{CERT}/leaf.crt", wanted)
    assert (shown["issuerCert"], shown["certValidationOptions"]) == ("/Common/ca.crt", ["ocsp"])
    assert "/sys/file/ssl-cert/~Common~ca.crt?" in shown["issuerCertReference"]["link"]
    assert "certValidators" not in shown
    (validator,) = rest.get(f"{CERT}/leaf.crt/cert-validators")["items"]
    assert validator["fullPath"] == "/Common/ocsp"
    assert rest.get(f"{CERT}/leaf.crt/cert-validators/~Common~ocsp") == validator
    expanded = rest.get(f"{CERT}/leaf.crt", expandSubcollections="true")
    assert expanded["certValidatorsReference"]["items"] == [validator]
    assert rest.refusal("DELETE", f"{CERT}/ca.crt")[0] == 400


def test_ocsp_stapling_is_a_setting_of_the_profile(rest: Rest) -> None:
    answer = rest.post("ltm/profile/client-ssl", {"name": "x", "ocspStapling": "enabled"})
    assert answer["ocspStapling"] == "enabled"


@pytest.mark.parametrize(("kind", "name"), [(CERT, "a.crt"), ("sys/file/ssl-key", "a.key")])
def test_hidden_cache_path_is_the_file_in_the_file_store(rest: Rest, kind: str, name: str) -> None:
    add_pair(rest.device, "a")
    path = rest.get(f"{kind}/~Common~{name}", options="-hidden", **{"$select": "cachePath"})["cachePath"]
    assert rest.bash(f"cat {path}").startswith("-----BEGIN ")
    assert "cachePath" not in rest.get(f"{kind}/~Common~{name}")
    listed = rest.get(kind, options="-hidden")["items"]
    assert path in [item["cachePath"] for item in listed]
