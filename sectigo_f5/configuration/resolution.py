"""From what is written at three levels to one job: the nearest setting wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sectigo_f5.configuration.checks import LONGEST_PATH
from sectigo_f5.configuration.findings import Findings, alternatives, did_you_mean
from sectigo_f5.configuration.setting_readers import INVALID, Written
from sectigo_f5.configuration.settings import BY_KEY, REQUIRED, SETTINGS, Level
from sectigo_f5.configuration.special_readers import DEFAULT_SIZE, KEY_SIZES, Credentials
from sectigo_f5.configuration.yaml_lines import Value
from sectigo_f5.model import ALL_VIRTUAL_SERVERS, Device, Generation, Job, KeySpec, Place, base_of

A_STAMP = "20261123T153813Z"


@dataclass(frozen=True)
class Given:
    """A setting as read, ``INVALID`` where it was wrong, and its line."""

    value: Any
    line: int


Settings = Mapping[str, Given]
Scope = tuple[Settings, ...]  # nearest first: certificate, device, top


def read_settings_of(value: Value, others: Iterable[str], level: Level | None, findings: Findings) -> Settings:
    """Read every setting of one mapping; note the keys that are unknown or stand too low.

    ``others`` are the keys of this level that are no settings; ``level`` is None for the top.
    """
    allowed = [setting.key for setting in SETTINGS if level is not Level.CERTIFICATE or setting.level is level]
    given = {}
    for key, entry in (value.entries or {}).items():
        if key in allowed:
            written = Written(key, entry.value, entry.line, findings)
            given[key] = Given(BY_KEY[key].read(written), entry.line)
        elif key not in others:
            findings.mistake(entry.line, key, _unknown(key, [*others, *allowed], level))
    return given


def _unknown(key: str, known: list[str], level: Level | None) -> str:
    if key in BY_KEY:
        return "cannot be set for one certificate; move it to the device (another BIG-IP is another device)"
    if key in ("certificates", "devices"):
        return (
            f"cannot stand here; {'put it on a device' if key == 'certificates' else 'put it at the top of the file'}"
        )
    where = "at the top" if level is None else f"on a {level.value}"
    return f"unknown key{did_you_mean(key, known) or f'; {where} stand {alternatives(sorted(known))}'}"


def nearest(scope: Scope, key: str) -> Given | None:
    """Find the setting at the nearest level that has it."""
    return next((settings[key] for settings in scope if key in settings), None)


def value_of(scope: Scope, key: str) -> Any:
    """Return the nearest value, or the default; ``REQUIRED`` where there is neither."""
    given = nearest(scope, key)
    return given.value if given else BY_KEY[key].default


def _required(scope: Scope, key: str, place: Place, findings: Findings) -> Any:
    value = value_of(scope, key)
    if value is REQUIRED:
        findings.mistake(place.line, key, f"missing; write {key}: {BY_KEY[key].example}")
        return INVALID
    return value


def device_of(name: str, scope: Scope, place: Place, findings: Findings) -> Device | None:
    """Put the connection settings of a device together; None when one is missing or wrong."""
    hosts = _required(scope, "host", place, findings)
    credentials = _credentials(scope, place, findings)
    port, verify_tls = value_of(scope, "port"), value_of(scope, "verify_tls")
    parts = (hosts, credentials, port, verify_tls, value_of(scope, "type"), value_of(scope, "protocol"))
    if INVALID in parts:
        return None
    return Device(name, hosts, port, credentials.username, credentials.password, verify_tls, place)


def _credentials(scope: Scope, place: Place, findings: Findings) -> Any:
    """Find the nearest credentials: a file, or a user name and a password that may stand at two levels."""
    inline: dict[str, Given] = {}
    for settings in scope:
        here = {key: settings[key] for key in ("username", "password") if key in settings}
        file = settings.get("credentials_file")
        if file and here:
            text = "stands beside username or password; keep the file or the two keys, not both"
            findings.mistake(file.line, "credentials_file", text)
            return INVALID
        if file and not inline:
            return file.value
        if file:
            break
        inline = {**here, **inline}
    return _inline_credentials(inline, place, findings)


def _inline_credentials(inline: Mapping[str, Given], place: Place, findings: Findings) -> Any:
    if not inline:
        example = BY_KEY["credentials_file"].example
        text = f"missing; write credentials_file: {example}, or username: and password: here"
        findings.mistake(place.line, "credentials_file", text)
        return INVALID
    for key, other in (("username", "password"), ("password", "username")):
        if key not in inline:
            findings.mistake(inline[other].line, key, f"missing; {other} stands here alone: write {key}: beside it")
            return INVALID
    username, password = inline["username"].value, inline["password"].value
    return INVALID if INVALID in (username, password) else Credentials(username, password)


def job_of(device: Device | None, scope: Scope, place: Place, findings: Findings) -> Job | None:
    """Resolve one certificate; None, with every mistake noted, when something is missing or wrong."""
    common_name = _required(scope, "common_name", place, findings)
    servers = _required(scope, "virtual_servers", place, findings)
    keys = _keys(scope, findings)
    _check_validation(scope, place, findings)
    _note_flags_without_effect(scope, findings)
    _check_path_length(scope, place, findings)
    mine = {setting.key: value_of(scope, setting.key) for setting in SETTINGS if setting.level is Level.CERTIFICATE}
    if device is None or INVALID in (keys, common_name, servers, *mine.values()):
        return None
    partition = mine["partition"]
    return Job(
        device=device,
        common_name=common_name,
        names=(common_name, *sorted(set(mine["sans"]) - {common_name})),
        keys=keys,
        partition=partition,
        parent_profile=mine["parent_profile"],
        virtual_servers=_full_paths(servers, partition),
        sni=mine["sni"],
        server_name=mine["server_name"],
        sni_default=mine["sni_default"],
        sni_require=mine["sni_require"],
        validation=mine["validation"],
        challenge_virtual_servers=_full_paths(mine["challenge_virtual_servers"], partition),
        dns_authenticator=mine["dns_authenticator"],
        dns_options=_full_options(mine["dns_options"], mine["dns_authenticator"]),
        renew_before_days=mine["renew_before_days"],
        revocation_check=mine["revocation_check"],
        verify_handshake=mine["verify_handshake"],
        key_route=mine["key_route"],
        place=place,
    )


def _full_paths(names: tuple[str, ...], partition: str) -> tuple[str, ...]:
    if names == (ALL_VIRTUAL_SERVERS,):
        return names
    return tuple(dict.fromkeys(name if name.startswith("/") else f"/{partition}/{name}" for name in names))


def _full_options(options: Mapping[str, str], authenticator: str | None) -> Mapping[str, str]:
    """Spell every option with its plugin's name in front, as Certbot does (``dns-route53-…``).

    So no option of Certbot itself (``server``, ``deploy-hook``) can be reached from here.
    """
    prefix = f"{authenticator}-"
    return {key if key.startswith(prefix) else prefix + key: text for key, text in options.items()}


def _keys(scope: Scope, findings: Findings) -> Any:
    """Resolve ``keys``, or ``key_type`` and ``key_size``, to one or two keys."""
    for depth, settings in enumerate(scope):
        if "keys" not in settings:
            continue
        for nearer in scope[: depth + 1]:
            for key in ("key_type", "key_size"):
                if key in nearer:
                    text = f"does not go with keys (line {settings['keys'].line}); say it in keys, or delete keys"
                    findings.mistake(nearer[key].line, key, text)
                    return INVALID
        return settings["keys"].value
    return _single_key(scope, findings)


def _single_key(scope: Scope, findings: Findings) -> Any:
    """A ``key_type`` that is nearer than the ``key_size`` discards a size of the other type."""
    key_type, size = value_of(scope, "key_type"), nearest(scope, "key_size")
    if key_type is INVALID or (size and size.value is INVALID):
        return INVALID
    if size is None:
        return (KeySpec(key_type, DEFAULT_SIZE[key_type]),)
    if size.value in KEY_SIZES[key_type]:
        return (KeySpec(key_type, size.value),)
    level_with_either = next(settings for settings in scope if "key_type" in settings or "key_size" in settings)
    if "key_size" not in level_with_either:
        return (KeySpec(key_type, DEFAULT_SIZE[key_type]),)
    other = "ecdsa" if key_type == "rsa" else "rsa"
    sizes = alternatives(KEY_SIZES[key_type])
    findings.mistake(
        size.line, "key_size", f"{size.value} is not for {key_type}; write {sizes}, or key_type: {other} beside it"
    )
    return INVALID


def _check_validation(scope: Scope, place: Place, findings: Findings) -> None:
    """Check what a validation needs; where none is written the mistake is in the line that needs another."""
    validation, written = value_of(scope, "validation"), nearest(scope, "validation")
    line = written.line if written else None
    if validation == "dns-01" and value_of(scope, "dns_authenticator") is None:
        text = f"missing; dns-01 needs a Certbot plugin: write dns_authenticator: {BY_KEY['dns_authenticator'].example}"
        findings.mistake(line, "dns_authenticator", text)
    if validation != "http-01":
        return
    if wildcard := _wildcard(scope):
        text = (
            f"http-01 cannot prove the wildcard {wildcard.value}; write validation: dns-01 with a dns_authenticator, "
            f"or validation: prevalidated where the domain is validated in SCM"
        )
        findings.mistake(line or wildcard.line, "validation", text)
    if value_of(scope, "virtual_servers") == () == value_of(scope, "challenge_virtual_servers"):
        text = "http-01 has no virtual server to be answered on; write challenge_virtual_servers, or another validation"
        servers = nearest(scope, "virtual_servers")
        findings.mistake(line or (servers.line if servers else place.line), "validation", text)


def _note_flags_without_effect(scope: Scope, findings: Findings) -> None:
    """Say which SNI flags do nothing: no reason to leave the certificate out."""
    for key in ("sni_default", "sni_require"):
        flag = nearest(scope, key)
        if flag and flag.value is True and value_of(scope, "sni") is False:
            findings.warning(f"line {flag.line}: {key} has no effect without `sni: true`")


def _wildcard(scope: Scope) -> Given | None:
    """Find a wildcard among the names, with the line that it comes from."""
    for given in (nearest(scope, "common_name"), nearest(scope, "sans")):
        if given is None or given.value is INVALID:
            continue
        names = given.value if isinstance(given.value, tuple) else (given.value,)
        wildcard = next((name for name in names if name.startswith("*.")), None)
        if wildcard:
            return Given(wildcard, given.line)
    return None


def _check_path_length(scope: Scope, place: Place, findings: Findings) -> None:
    """Check the longest object name that an issue makes, the chain of a second key."""
    partition, common_name = value_of(scope, "partition"), value_of(scope, "common_name")
    if not (isinstance(partition, str) and isinstance(common_name, str)):
        return
    length = len(Generation(partition, base_of(common_name), A_STAMP, "_ecdsa").chain)
    if length > LONGEST_PATH:
        written = nearest(scope, "partition")
        text = f"makes object names of {length} characters and BIG-IP allows {LONGEST_PATH}; use a shorter partition"
        findings.mistake(written.line if written else place.line, "partition", text)
