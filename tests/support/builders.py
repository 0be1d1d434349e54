"""Jobs and observations for tests: complete, ordinary, and changed as a test needs."""

from __future__ import annotations

from dataclasses import fields, replace
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
from sectigo_f5.listening import Destination
from sectigo_f5.model import Device, Generation, Job, KeySpec, Place
from sectigo_f5.secret import Secret
from tests.support.names import PLAIN, RSA

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


def device(**changes: Any) -> Device:
    created = Device("bigip-fra", ("192.0.2.10",), 443, "admin", Secret("hunter22"), True, Place(Path("shop.yaml"), 4))
    return replace(created, **changes)


def job(common_name: str = "www.example.com", *more: str, **changes: Any) -> Job:
    created = Job(
        device=device(),
        common_name=common_name,
        names=(common_name, *more),
        keys=(RSA,),
        partition="Common",
        parent_profile="/Common/clientssl",
        replace_profiles=(),
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
    return replace(created, **changes)


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
    key = KeyObject(names.key, changes.pop("security", "password"), spec, "$M$xy$abc=")
    alternatives = changes.pop("names", of.names)
    created = certificate(names.certificate, *alternatives, days=days, key=spec)
    return Pair(names, created, key, has_chain=True)


def profile(path: str, *entries: Entry, **changes: Any) -> ClientSslProfile:
    created = ClientSslProfile(path, "/Common/clientssl", None, False, False, entries, None)
    return replace(created, **changes)


STOCK = profile("/Common/clientssl", Entry("default", "/Common/default.crt", "/Common/default.key", None), parent=None)


def server(*client_ssl: str, path: str = "/Common/vs_www", **changes: Any) -> VirtualServer:
    profiles = (*PLAIN, *client_ssl)
    created = VirtualServer(path, lambda: where, profiles, client_ssl, http=True, access=False, app_service=None)
    where = listening(**{name: changes.pop(name) for name in LISTENING & changes.keys()})
    return replace(created, **changes)


LISTENING = {field.name for field in fields(Destination)}


def listening(**changes: Any) -> Destination:
    return replace(Destination("192.0.2.80", "", 443), **changes)


def hand_made(path: str, *names: str, **changes: Any) -> tuple[ClientSslProfile, CertificateObject]:
    stem = f"{path}_pair"
    created = profile(path, Entry("default", f"{stem}.crt", f"{stem}.key", None), **changes)
    return created, certificate(f"{stem}.crt", *names)


def seen(
    of: Job,
    *pairs: Pair,
    serving: Pair | tuple[Pair, ...] | None = None,
    servers: tuple[VirtualServer, ...] | None = None,
    others: tuple[tuple[ClientSslProfile, CertificateObject], ...] = (),
    **changes: Any,
) -> Observation:
    """Observe ``pairs`` on the device, ``serving`` in our profile, which is attached unless ``servers`` are given."""
    ours = _profile_with(of, serving, **changes)
    mine = [] if ours is None else [ours]
    attached = (server(*(each.path for each in mine)),) if servers is None else servers
    profiles = {each.path: each for each in (STOCK, *(profile for profile, _ in others), *mine)}
    certificates = {
        each.path: each for each in (*(pair.certificate for pair in pairs), *(certificate for _, certificate in others))
    }
    return Observation(of, ours, tuple(pairs), attached, profiles, certificates)


def _profile_with(of: Job, serving: Pair | tuple[Pair, ...] | None, **changes: Any) -> ClientSslProfile | None:
    """Return our profile with these pairs, or None if there are none."""
    pairs = serving if isinstance(serving, tuple) else (serving,)
    entries = [pair.entry for pair in pairs if pair]
    return profile(of.profile, *entries, **changes) if entries else None
