"""certbot-bigip 1.2.1: what it does to a BIG-IP in its roles of authenticator and installer.

The plugin connects to port 443 only; its ``ManagementRoot`` is given the port that f5-sdk has an
argument for, everything else is its own.
"""

from __future__ import annotations

import functools

from certbot_bigip import obj
from f5.bigip import ManagementRoot

from tests.simulator.clients.arguments import Arguments, read

TOKEN = "tok_-1"
RULE = f"/Common/Certbot-Letsencrypt-{TOKEN}"


def main(given: Arguments) -> None:
    obj.ManagementRoot = functools.partial(ManagementRoot, port=given.port)
    bigip = obj.Bigip(
        bigips=[given.address],
        username="admin",
        password=given.password,
        vs_list=["/Common/vs"],
        device_group="sync-failover",
        partition="Common",
        clientssl_parent="/Common/clientssl",
        verify_ssl=given.ca_file,
    )
    assert (bigip.active_device, bigip.standalone) == (given.address, True)
    authenticate(bigip)
    deploy(bigip, given)
    deploy(bigip, given)  # a renewal
    bigip.save()


def authenticate(bigip: obj.Bigip) -> None:
    assert bigip.exists_virtual("/Common/vs")
    assert not bigip.exists_virtual("/Common/nope")
    assert not bigip.exists_irule(f"Certbot-Letsencrypt-{TOKEN}")
    bigip.create_irule_HTTP01(TOKEN, f"{TOKEN}.thumbprint", False)
    assert bigip.exists_irule(f"Certbot-Letsencrypt-{TOKEN}")
    assert bigip.http_virtual("/Common/vs")
    assert not bigip.client_ssl_virtual("/Common/vs")
    bigip.associate_irule_virtual(TOKEN, "/Common/vs")
    assert bigip.irules_on_virtual("/Common/vs") == {"result": True, "rules": ["/Common/theirs", RULE]}
    bigip.remove_irule_virtual(TOKEN, "/Common/vs")
    assert bigip.irules_on_virtual("/Common/vs")["rules"] == ["/Common/theirs"]
    bigip.delete_irule(TOKEN)


def deploy(bigip: obj.Bigip, given: Arguments) -> None:
    certificate, key = (str(given.folder / name) for name in ("one.crt", "one.key"))
    for file in (certificate, key):
        bigip.upload_file(file)
    bigip.update_crypto("www_example_com", certificate, key, certificate, "chain")
    bigip.update_clientssl_profile("www_example_com", "/Common/vs", "")


if __name__ == "__main__":
    main(read())
