"""docs/migrating.md, tried: the objects that other tools leave, ``discover``, a run, and what remains then."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from sectigo_f5.bigip.virtual_servers.irules import answering_first
from sectigo_f5.model import Outcome
from tests.support.discovering import discover
from tests.support.hierarchy import Identity, new_authority, new_server
from tests.support.installation import ROOT
from tests.support.virtual_servers import attach, attached, profile
from tests.support.world import World
from tests.workflow.cells import objects

PAGE = (ROOT / "docs" / "migrating.md").read_text()
WWW, API = "www.example.com", "api.example.com"
CLIENT_SSL, CERTIFICATE, KEY = "ltm/profile/client-ssl", "sys/file/ssl-cert", "sys/file/ssl-key"


@dataclass(frozen=True)
class Left:
    """What a tool leaves: objects by kind, and whether its profile becomes ours."""

    section: str  # the heading of the page
    objects: dict[str, list[str]]  # names in Common, by kind
    becomes_ours: bool = False  # its profile has the name of ours


def pair(world: World, certificate: str, key: str, passphrase: str | None = None) -> None:
    made = new_server((WWW, API), world.now, new_authority("Public CA", world.now), days=20)
    pem = encrypted(made, passphrase) if passphrase else made.key_pem
    paths = f"/Common/{certificate}", f"/Common/{key}"
    world.device.add_certificate(paths[0], made.certificate_pem, pem, passphrase, key_path=paths[1])


def encrypted(made: Identity, passphrase: str) -> str:
    closed = serialization.BestAvailableEncryption(passphrase.encode())
    return made.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, closed).decode()


def chain(world: World, name: str) -> None:
    made = new_authority("Public CA", world.now)
    world.device.add_certificate(f"/Common/{name}", made.certificate_pem)


def entry(certificate: str, key: str, chain: str | None = None, name: str = "default") -> list[dict[str, str]]:
    files = {"cert": certificate, "key": key, **({"chain": chain} if chain else {})}
    return [{"name": name, **{kind: f"/Common/{path}" for kind, path in files.items()}}]


def certbot_bigip(world: World) -> Left:
    names = ("www_example_com", "api_example_com")  # deployed once for each name of the certificate
    chain(world, "chain_Letsencrypt")
    for name in names:
        file = f"{name}_Letsencrypt"
        pair(world, file, file)
        held = entry(file, file, "chain_Letsencrypt")
        path = f"/Common/{name}_clientssl"
        world.device.add_profile("client-ssl", path, certKeyChain=held, sniDefault="false")
    attach(world, "/Common/www_example_com_clientssl")
    files = [f"{name}_Letsencrypt" for name in names]
    left = {CERTIFICATE: [*files, "chain_Letsencrypt"], KEY: files, CLIENT_SSL: [f"{name}_clientssl" for name in names]}
    return Left("certbot-bigip", left)


def kojot_acme(world: World) -> Left:
    pair(world, WWW, WWW)
    world.device.add_profile("client-ssl", f"/Common/{WWW}_clientssl", certKeyChain=entry(WWW, WWW, name=WWW))
    attach(world, f"/Common/{WWW}_clientssl")
    world.device.add("ltm/data-group/internal", "/Common/dg_acme_challenge", type="string")
    left = {CERTIFICATE: [WWW], KEY: [WWW], CLIENT_SSL: [f"{WWW}_clientssl"]}
    return Left("kojot-acme", left, becomes_ours=True)


def dehydrated_bigip(world: World) -> Left:
    pair(world, f"{WWW}.crt", f"{WWW}.key")
    chain(world, f"{WWW}-CHAIN.crt")
    chain(world, f"{WWW}-FULLCHAIN.crt")
    for name, default in ((WWW, "true"), (API, "false")):  # a profile for each name
        held = entry(f"{WWW}.crt", f"{WWW}.key", f"{WWW}-CHAIN.crt")
        world.device.add_profile(
            "client-ssl", f"/Common/{name}", certKeyChain=held, serverName=name, sniDefault=default
        )
    attach(world, f"/Common/{WWW}", f"/Common/{API}")
    certificates = [f"{WWW}.crt", f"{WWW}-CHAIN.crt", f"{WWW}-FULLCHAIN.crt"]
    left = {CERTIFICATE: certificates, KEY: [f"{WWW}.key"], CLIENT_SSL: [WWW, API]}
    return Left("dehydrated-bigip", left)


def lets_encrypt_python(world: World) -> Left:
    name = f"auto_le_{WWW}"
    pair(world, f"{name}.crt", f"{name}.key")
    held = entry(f"{name}.crt", f"{name}.key", name=f"{WWW}_0")
    world.device.add_profile("client-ssl", f"/Common/{name}", certKeyChain=held)
    attach(world, f"/Common/{name}")
    left = {CERTIFICATE: [f"{name}.crt"], KEY: [f"{name}.key"], CLIENT_SSL: [name]}
    return Left("lets-encrypt-python", left)


def original_connector(world: World) -> Left:
    """Its names are not published; that keys are made on the BIG-IP and have a password is."""
    pair(world, "shop-2026.crt", "shop-2026.key", passphrase="nobody knows")
    held = [{**entry("shop-2026.crt", "shop-2026.key")[0], "passphrase": "nobody knows"}]
    world.device.add_profile("client-ssl", "/Common/shop-2026", certKeyChain=held)
    attach(world, "/Common/shop-2026")
    left = {CERTIFICATE: ["shop-2026.crt"], KEY: ["shop-2026.key"], CLIENT_SSL: ["shop-2026"]}
    return Left("The original connector", left)


TOOLS = (certbot_bigip, kojot_acme, dehydrated_bigip, lets_encrypt_python, original_connector)


def section(heading: str) -> str:
    """Return what the page says of a tool."""
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
def test_a_site_moves_with_what_discover_prints(world: World, tool: Callable[[World], Left]) -> None:
    left, before = tool(world), objects(world)
    assert world.seen_by_client().names == {WWW, API}
    found = discover(world)
    (job,) = found.jobs.values()
    found.must_pass_check()
    result = world.one(job)
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    for name in (WWW, API, None):
        assert world.seen_by_client(name=name).serial == result.serial
    assert world.seen_by_client().names == {WWW, API}
    assert attached(world) == {job.profile}
    gone = {each for each in before - objects(world) if not each.startswith("ltm/virtual/")}
    assert gone == set(), "nothing is deleted"
    assert world.device.get(f"/mgmt/tm/sys/file/ssl-key/{result_key(world, job.profile)}")["securityType"] == "password"
    world.wait(days=80)
    assert world.one(job).outcome is Outcome.RENEWED
    what_remains_can_be_deleted(world, left)


def result_key(world: World, path: str) -> str:
    held: Any = profile(world, path)["certKeyChain"]
    return str(held[0]["key"]).replace("/", "~")


def what_remains_can_be_deleted(world: World, left: Left) -> None:
    """Delete by the names of the page, profiles first, as it says."""
    for kind in (CLIENT_SSL, CERTIFICATE, KEY):
        for name in left.objects[kind]:
            if not (left.becomes_ours and kind == CLIENT_SSL):
                world.device.delete(f"/mgmt/tm/{kind}/~Common~{name}")
    assert world.seen_by_client().names == {WWW, API}


@pytest.mark.parametrize("tool", TOOLS[:-1], ids=lambda tool: tool.__name__)
def test_the_page_names_what_the_tool_leaves(world: World, tool: Callable[[World], Left]) -> None:
    left = tool(world)
    shown = section(left.section)
    written = {name for names in left.objects.values() for name in names}
    assert [name for name in written if not re.search(rf"`{re.escape(name)}`", shown)] == []


def test_only_the_rule_of_kojot_answers_before_our_challenge() -> None:
    answer = "if { [HTTP::uri] starts_with x } { HTTP::respond 503 }"
    assert answering_first(f"when HTTP_REQUEST priority 2 {{ {answer} }}") == 2
    assert answering_first(f"when HTTP_REQUEST {{ {answer} }}") is None
    assert "priority 2" in section("kojot-acme")
