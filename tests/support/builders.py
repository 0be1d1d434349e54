"""Jobs and observations for tests: complete, unremarkable, and changed where a test says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sectigo_f5.device_objects import (
    CertificateObject,
    ClientSslProfile,
    Entry,
    KeyObject,
    Observation,
    Pair,
    VirtualServer,
)
from sectigo_f5.model import Device, Generation, Job, KeySpec, Place
from sectigo_f5.secret import Secret

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
RSA = KeySpec("rsa", "2048")
EC = KeySpec("ecdsa", "secp256r1")


def device(**changes: Any) -> Device:
    made = Device("bigip-fra", ("192.0.2.10",), 443, "admin", Secret("hunter22"), True, Place(Path("shop.yaml"), 4))
    return replace(made, **changes)


def job(common_name: str = "www.example.com", *more: str, **changes: Any) -> Job:
    made = Job(
        device=device(),
        common_name=common_name,
        names=(common_name, *more),
        keys=(RSA,),
        partition="Common",
        parent_profile="/Common/clientssl",
        virtual_servers=("/Common/vs_www",),
        sni=False,
        server_name=None,
        sni_default=False,
        sni_require=False,
        validation="prevalidated",
        challenge_virtual_servers=(),
        dns_authenticator=None,
        dns_options={},
        renew_before_days=None,
        revocation_check=False,
        verify_handshake="auto",
        key_route="auto",
        place=Place(Path("shop.yaml"), 4),
    )
    return replace(made, **changes)


def certificate(path: str, *names: str, days: int = 60, key: KeySpec = RSA) -> CertificateObject:
    return CertificateObject(
        path=path,
        checksum=None,
        names=frozenset(names),
        common_name=names[0] if names else None,
        not_after=NOW + timedelta(days=days),
        created_at=None,
        key=key,
        serial="0a",
        issuer="CN=CA",
    )


def pair(of: Job, stamp: str = "20261001T000000Z", *, variant: str = "", days: int = 60, **changes: Any) -> Pair:
    names = Generation(of.partition, of.base, stamp, variant)
    spec = changes.pop("key", of.keys[1 if variant else 0])
    held = KeyObject(names.key, changes.pop("security", "password"), spec, "$M$xy$abc=")
    alternatives = changes.pop("names", of.names)
    made = certificate(names.certificate, *alternatives, days=days, key=spec)
    return Pair(names, made, held, has_chain=True)


def profile(path: str, *entries: Entry, **changes: Any) -> ClientSslProfile:
    made = ClientSslProfile(path, "/Common/clientssl", None, False, False, entries, None)
    return replace(made, **changes)


def server(*client_ssl: str, path: str = "/Common/vs_www", **changes: Any) -> VirtualServer:
    profiles = ("/Common/tcp", "/Common/http", *client_ssl)
    made = VirtualServer(path, "192.0.2.80", "", 443, profiles, client_ssl, http=True, access=False, app_service=None)
    return replace(made, **changes)


def hand_made(path: str, *names: str, **changes: Any) -> tuple[ClientSslProfile, CertificateObject]:
    stem = f"{path}_pair"
    made = profile(path, Entry("default", f"{stem}.crt", f"{stem}.key", None), **changes)
    return made, certificate(f"{stem}.crt", *names)


def seen(
    of: Job,
    *pairs: Pair,
    serving: Pair | tuple[Pair, ...] | None = None,
    servers: tuple[VirtualServer, ...] | None = None,
    others: tuple[tuple[ClientSslProfile, CertificateObject], ...] = (),
    **changes: Any,
) -> Observation:
    """Observe ``pairs`` on the device, ``serving`` in our profile, which is attached unless ``servers`` says else."""
    in_profile = serving if isinstance(serving, tuple) else (serving,) if serving else ()
    ours = profile(of.profile, *(found.entry for found in in_profile)) if in_profile else None
    ours = replace(ours, **changes) if ours else None
    stock = profile(
        "/Common/clientssl", Entry("default", "/Common/default.crt", "/Common/default.key", None), parent=None
    )
    profiles = {found.path: found for found in (stock, *(p for p, _ in others), *([ours] if ours else []))}
    certificates = {found.certificate.path: found.certificate for found in pairs}
    certificates |= {found.path: found for _, found in others}
    attached = servers if servers is not None else (server(*([of.profile] if ours else [])),)
    return Observation(of, ours, tuple(pairs), attached, profiles, certificates)
