"""dns-01 and validation in advance need nothing from the BIG-IP; wildcards need one of them."""

from __future__ import annotations

from typing import Any

import pytest

from sectigo_f5.model import Job, Outcome
from sectigo_f5.validation import Dns01, Prevalidated
from tests.support.names import ONLY_EC
from tests.support.world import World


def job_for(world: World, **changes: Any) -> Job:
    return world.job("www.example.com", keys=ONLY_EC, **changes)


def test_dns_01_needs_no_virtual_server_on_port_80(world: World) -> None:
    job = job_for(world, validation="dns-01", dns_authenticator="dns-route53", dns_options={"dns-route53-x": "5"})
    assert world.one(job).error is None
    assert world.authority.validations == [Dns01("dns-route53", {"dns-route53-x": "5"})]


@pytest.mark.parametrize("hook", ["/etc/sectigo/none --add", "/proc/self/status", "/etc", " "])
def test_a_hook_that_cannot_be_run_is_refused_beforehand(world: World, hook: str) -> None:
    options = {"manual-auth-hook": "true --quick", "manual-cleanup-hook": hook}
    job = job_for(world, validation="dns-01", dns_authenticator="manual", dns_options=options)
    result = world.one(job)
    assert "dns_options: manual-cleanup-hook names no program that can be run; write its full path" in str(result.error)
    assert world.device.writes() == []


def test_the_manual_plugin_without_its_hook_is_refused(world: World) -> None:
    job = job_for(world, validation="dns-01", dns_authenticator="manual")
    assert "name it: dns_options: {auth-hook: …}" in (world.one(job).error or "")
    assert world.device.writes() == []


def test_prevalidated_asks_nothing_of_the_device(world: World) -> None:
    assert world.one(job_for(world, validation="prevalidated")).error is None
    assert world.authority.validations == [Prevalidated()]
    logins = [call for call in world.device.journal if "authn/login" in call.path]
    assert (len(logins), [call.path for call in world.device.journal if "/ltm/rule" in call.path]) == (1, [])


def test_no_name_on_the_device_holds_an_asterisk(world: World) -> None:
    job = world.job("*.example.com", "*.shop.example.com", keys=ONLY_EC)
    assert world.one(job).error is None
    world.wait(days=80)
    assert world.one(job).outcome is Outcome.RENEWED
    paths = [call.path for call in world.device.journal]
    assert [path for path in paths if "*" in path or "%2A" in path.upper()] == []
    for kind in ("sys/file/ssl-key", "sys/file/ssl-cert", "ltm/profile/client-ssl"):
        names = [item["name"] for item in world.device.get(f"/mgmt/tm/{kind}")["items"]]
        assert any("wildcard.example.com" in name for name in names)
        assert not any("*" in name for name in names)
