"""certbot-bigip 1.2.1: what it does on a BIG-IP as authenticator and as installer.

The plugin connects to port 443 only; its ``ManagementRoot`` gets the port through f5-sdk's argument,
and everything else is unchanged.
"""

from __future__ import annotations

import functools

from certbot_bigip import obj
from f5.bigip import ManagementRoot

from tests.simulator.clients.arguments import Arguments, read

TOKEN = "tok_-1"
RULE = f"/Common/Certbot-Letsencrypt-{TOKEN}"


def main(arguments: Arguments) -> None:
    obj.ManagementRoot = functools.partial(ManagementRoot, port=arguments.port)
    bigip = obj.Bigip(
        bigips=[arguments.address],
        username="admin",
        password=arguments.password,
        vs_list=["/Common/vs"],
        device_group="sync-failover",
        partition="Common",
        clientssl_parent="/Common/clientssl",
        verify_ssl=arguments.ca_file,
    )
    assert (bigip.active_device, bigip.standalone) == (arguments.address, True)
    authenticate(bigip)
    deploy(bigip, arguments)
    deploy(bigip, arguments)  # a renewal
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


def deploy(bigip: obj.Bigip, arguments: Arguments) -> None:
    certificate, key = (str(arguments.folder / name) for name in ("one.crt", "one.key"))
    for file in (certificate, key):
        bigip.upload_file(file)
    bigip.update_crypto("www_example_com", certificate, key, certificate, "chain")
    bigip.update_clientssl_profile("www_example_com", "/Common/vs", "")


if __name__ == "__main__":
    main(read())
