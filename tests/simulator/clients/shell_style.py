"""In the style of DigiCert's plugin, F5's AS3 SDK and acme.sh's hook.

Keys and CSRs with ``tmsh`` or in one call, the CSR's PEM extracted from the shell's output, certificates installed, and
the profile changed by ``tmsh modify``.
"""

from __future__ import annotations

import re

from cryptography import x509

from tests.simulator.clients.plain import DOWNLOADS, Material, Plain

PEM = re.compile("-----BEGIN CERTIFICATE REQUEST-----.*?-----END CERTIFICATE REQUEST-----\n", re.DOTALL)


def run(client: Plain, material: Material) -> None:
    client.login()
    assert requested(client, "tmsh_made").is_signature_valid
    assert in_one_call(client, "one_call").is_signature_valid
    deploy(client, "shell", material.certificate, material.key)
    client.bash("tmsh modify ltm virtual vs profiles add { shell { context clientside } }")
    deploy(client, "shell2", material.new_certificate, material.new_key)
    assert client.bash("tmsh save sys config").startswith("Saving")


def requested(client: Plain, name: str) -> x509.CertificateSigningRequest:
    """Create a key with its CSR by tmsh; the CSR has the key's name with ``.csr``, or exactly the key's name."""
    names = 'subject-alternative-name "DNS:www.example.com,DNS:api.example.com"'
    subject = f"common-name www.example.com {names} organization O country DE"
    client.bash(f"tmsh create /sys crypto key /Common/{name}.key key-type rsa-private key-size 2048 gen-csr {subject}")
    for ending in ("csr", "key"):
        match = PEM.search(client.bash(f"tmsh list sys crypto csr {name}.{ending}"))
        if match:
            client.bash(f"tmsh delete sys crypto csr {name}.{ending}")
            return x509.load_pem_x509_csr(match[0].encode())
    raise AssertionError("no CSR")


def in_one_call(client: Plain, name: str) -> x509.CertificateSigningRequest:
    body = {"name": f"{name}.key", "commonName": "www.example.com", "keySize": "2048", "keyType": "rsa-private"}
    body |= {
        "organization": "O",
        "ou": "OU",
        "city": "City",
        "subject-alternative-name": "DNS:a.example.com, DNS:b.example.com",
    }
    created = client.good("POST", "/mgmt/tm/sys/crypto/key", {**body, "options": [{"gen-csr": "www.example.com"}]})
    csr = created["name"] if not client.device.switches.before_14 else f"{name}.csr"
    client.bash(f"rm -f /config/ssl/ssl.csr/{csr.rpartition('/')[2]}")
    printed = client.bash(f"tmsh list sys crypto csr {csr}").split("\nsys crypto")[0]
    assert client.send("DELETE", f"/mgmt/tm/sys/crypto/csr/{csr.replace('/', '~')}").status_code == 200
    return x509.load_pem_x509_csr(f"{printed}\n".encode())


def deploy(client: Plain, name: str, certificate: bytes, key: bytes) -> None:
    for kind, content in (("cert", certificate), ("key", key)):
        client.upload(f"{name}.{kind}", content, 512 * 1024)
        body = {"name": f"{name}.{kind}", "fromLocalFile": f"{DOWNLOADS}/{name}.{kind}", "command": "install"}
        client.good("POST", f"/mgmt/tm/sys/crypto/{kind}", body)
        client.bash(f"rm -f {DOWNLOADS}/{name}.{kind}")
    chain = f"cert-key-chain replace-all-with {{ default {{ cert {name}.cert key {name}.key }} }}"
    existing = client.bash("tmsh list ltm profile client-ssl shell")
    verb = "create" if "was not found" in existing else "modify"
    assert client.bash(f"tmsh {verb} ltm profile client-ssl shell {chain}") == ""
