"""The names and keys that most tests use."""

from __future__ import annotations

from sectigo_f5.model import KeySpec

VIRTUAL_URL = "/mgmt/tm/ltm/virtual/~Common~vs_www"
PROFILE = "/Common/www.example.com_clientssl"  # ours, of the certificate www.example.com
PROFILE_URL = "/mgmt/tm/ltm/profile/client-ssl/~Common~www.example.com_clientssl"
PLAIN = ("/Common/tcp", "/Common/http")  # the profiles of a virtual server without TLS

RSA = KeySpec("rsa", "2048")
EC = KeySpec("ecdsa", "secp256r1")
EC_384 = KeySpec("ecdsa", "secp384r1")
ONLY_EC = (EC,)
BOTH_KEYS = (RSA, EC)
