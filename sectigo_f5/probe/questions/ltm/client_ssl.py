"""Scratch client SSL profiles, made and changed by the bodies that the connector sends."""

from __future__ import annotations

from dataclasses import dataclass

from sectigo_f5.bigip.profile_change import CLIENT_SSL_URL, KEY_CHAIN
from sectigo_f5.bigip.readers import Json as Shown
from sectigo_f5.bigip.readers import client_ssl_profile, key_object
from sectigo_f5.device_objects import STOCK_PROFILE, ClientSslProfile, Entry
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.probe.bench import Bench, NotAskedError, Pair
from sectigo_f5.probe.catalogue.nouns import WORKS
from sectigo_f5.probe.questions.ltm.verdicts import verdict
from sectigo_f5.probe.seen import Seen

PROFILES = "ltm/profile/client-ssl"
FIRST, SECOND = "default", "ecdsa"  # names of entries, see ``Generation.entry_name``


@dataclass(frozen=True)
class Profile:
    """A scratch profile, and what its creation was answered."""

    path: str
    url: str
    seen: Seen


def create(bench: Bench, suffix: str, *entries: Json, parent: str = STOCK_PROFILE, **settings: str) -> Profile:
    """Ask for a profile as the connector does; without ``entries`` it inherits the pair of its parent."""
    path = bench.scratch.path(suffix)
    url = bench.scratch.object(PROFILES, path)
    body = {"name": bench.scratch.name(suffix), "partition": bench.partition, "defaultsFrom": parent}
    pairs = {KEY_CHAIN: list(entries)} if entries else {}
    return Profile(path, url, bench.ask("POST", CLIENT_SSL_URL, {**body, **pairs, **settings}))


def created(bench: Bench, suffix: str, *entries: Json, parent: str = STOCK_PROFILE, **settings: str) -> Profile:
    """Return a profile without which a question cannot be asked; raises :class:`RefusedError`."""
    made = create(bench, suffix, *entries, parent=parent, **settings)
    bench.must(made.seen, "a client SSL profile")
    return made


def change(bench: Bench, profile: Profile, body: Json) -> Seen:
    """Ask for a change of a profile."""
    return bench.ask("PATCH", profile.url, body)


def make_default(bench: Bench, path: str, word: str) -> Seen:
    """Ask for a profile to become the SNI default (``true``), or to stop being it, as the connector does."""
    return bench.ask("PATCH", object_url(PROFILES, path), {"sniDefault": word})


def must_be_default(bench: Bench, path: str, word: str) -> None:
    """Raise :class:`ConnectorError` if a profile is not what :func:`make_default` has made of it."""
    shown = client_ssl_profile(bench.client.get(object_url(PROFILES, path)))
    if shown.sni_default != (word == "true"):
        raise ConnectorError("the BIG-IP shows another SNI default than it has accepted")


def entry(pair: Pair, name: str = FIRST, *, passphrase: str | None = None) -> Json:
    """Return the entry of a pair; with the pair's passphrase unless another is given, an empty one for none."""
    opens = pair.passphrase.reveal() if passphrase is None else passphrase
    names = {"name": name, "cert": pair.certificate, "key": pair.key}
    return {**names, **({"passphrase": opens} if opens else {})}


def shown(bench: Bench, profile: Profile) -> ClientSslProfile:
    """Read a profile; raises :class:`ConnectorError` if that fails."""
    return client_ssl_profile(read(bench, profile))


def read(bench: Bench, profile: Profile) -> Shown:
    """Read a profile as the device shows it; raises :class:`ConnectorError` if that fails."""
    return bench.client.get(profile.url)


def entry_of(profile: ClientSslProfile, pair: Pair) -> Entry | None:
    """Return the entry of a pair; None if the profile does not hold it."""
    return next((each for each in profile.entries if _files(each) == (pair.certificate, pair.key)), None)


def _files(held: Entry) -> tuple[str | None, str | None]:
    return held.certificate, held.key


def key_ciphertext(bench: Bench, pair: Pair) -> str | None:
    """Return the passphrase of a key as the device keeps it; it must go nowhere but back to the device."""
    return key_object(bench.client.get(_key_url(pair))).ciphertext


def must_be_protected(bench: Bench, pair: Pair) -> None:
    """Raise :class:`NotAskedError` if no passphrase is needed to open a key."""
    if not is_protected(bench, pair):
        raise NotAskedError("the key of the pair is not protected")


def is_protected(bench: Bench, pair: Pair) -> bool:
    """Tell whether the device says that a passphrase opens the key of a pair."""
    return bool(pair.passphrase) and key_object(bench.client.get(_key_url(pair))).protected


def _key_url(pair: Pair) -> str:
    return object_url("sys/file/ssl-key", pair.key)


def must_hold(bench: Bench, profile: Profile, *pairs: Pair) -> ClientSslProfile:
    """Return a profile that holds exactly these pairs; raises :class:`ConnectorError` if the device shows others."""
    found = shown(bench, profile)
    if set(map(_files, found.entries)) != {(pair.certificate, pair.key) for pair in pairs}:
        raise ConnectorError("the BIG-IP shows other pairs in a scratch profile than it has accepted")
    return found


def verdict_on(bench: Bench, made: Profile, *pairs: Pair) -> str:
    """Return whether a profile was made; raises :class:`ConnectorError` if the device shows otherwise."""
    found = verdict(bench, made.seen, "a client SSL profile")
    if found == WORKS:
        must_hold(bench, made, *pairs)
    elif bench.client.find(made.url) is not None:
        raise ConnectorError("the BIG-IP has made a client SSL profile although it refused to")
    return found
