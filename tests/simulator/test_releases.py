"""What the newest release has otherwise: cipher groups and the defaults of client SSL profiles."""

from __future__ import annotations

import contextlib

import pytest

from tests.simulator.conftest import Make
from tests.simulator.rest import Rest, add_pair, entry

URL, GROUPS = "ltm/profile/client-ssl", "ltm/cipher/group"


@pytest.mark.parametrize(
    ("tmos", "group", "ciphers", "options"),
    [
        ("15.1.5", "none", "DEFAULT", "dont-insert-empty-fragments no-tlsv1.3"),
        ("17.1.2", "none", "DEFAULT", "dont-insert-empty-fragments no-tlsv1.3 no-dtlsv1.2"),
        ("21.1.0", "/Common/f5-default", "none", "dont-insert-empty-fragments no-tlsv1.1 no-tlsv1 no-ssl"),
    ],
)
def test_client_ssl_defaults_depend_on_the_release(
    make: Make, tmos: str, group: str, ciphers: str, options: str
) -> None:
    with contextlib.closing(Rest(make(tmos=tmos))) as rest:
        rest.login()
        rest.post(URL, {"name": "x"})
        for name in ("clientssl", "x"):
            shown = rest.get(f"{URL}/{name}")
            assert (shown["cipherGroup"], shown["ciphers"], shown["tmOptions"]) == (group, ciphers, options.split())
        assert rest.get("sys/version")["selfLink"].endswith(f"ver={tmos}")


def test_cipher_group_must_exist_and_stay(rest: Rest) -> None:
    assert "f5-secure" in [item["name"] for item in rest.get(GROUPS)["items"]]
    assert rest.refusal("POST", URL, {"name": "x", "cipherGroup": "/Common/no"})[0] == 404
    rest.post(GROUPS, {"name": "ours", "allow": [{"name": "f5-ecc", "partition": "Common"}]})
    shown = rest.post(URL, {"name": "x", "cipherGroup": "ours", "ciphers": "none"})
    assert "/ltm/cipher/group/~Common~ours?" in shown["cipherGroupReference"]["link"]
    assert rest.refusal("DELETE", f"{GROUPS}/ours")[0] == 400


# -- the forward proxy -------------------------------------------------------------------------


@pytest.fixture
def proxy(rest: Rest) -> Rest:
    """A parent that is a forward proxy, with a CA pair in its list."""
    for name in ("a", "b"):
        add_pair(rest.device, name)
    rest.post(
        URL,
        {"name": "proxy", "sslForwardProxy": "enabled", "certKeyChain": [entry("a"), entry("b", usage="CA")]},
    )
    return rest


def test_profile_below_a_forward_proxy_needs_a_ca_key(proxy: Rest) -> None:
    expected = "01071610:3: Profile /Common/x's SSL forward proxy RSA CA key is missing."
    body = {"name": "x", "defaultsFrom": "/Common/proxy", "certKeyChain": [entry("a")]}
    assert proxy.refusal("POST", URL, body) == (400, expected)
    proxy.post(URL, {**body, "sslForwardProxy": "disabled"})
    assert proxy.refusal("PATCH", f"{URL}/x", {"sslForwardProxy": "enabled"}) == (400, expected)
    proxy.patch(
        f"{URL}/x", {"sslForwardProxy": "enabled", "proxyCaCert": "/Common/b.crt", "proxyCaKey": "/Common/b.key"}
    )
    proxy.post(URL, {**body, "name": "y", "certKeyChain": [entry("a"), entry("b", usage="CA")]})
    proxy.post(URL, {"name": "z", "defaultsFrom": "/Common/proxy"})


def test_ca_pair_of_a_forward_proxy_is_not_served(proxy: Rest) -> None:
    proxy.device.add_virtual_server("/Common/vs", "127.0.0.1:0", ("/Common/tcp", "/Common/proxy"))
    (view,) = proxy.device._views()
    assert [len(profile.pairs) for profile in view.tls] == [1]
