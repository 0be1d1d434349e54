"""The settings of up to three levels become one device or job: the nearest setting wins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sectigo_f5.configuration.certificate_readers import DEFAULT_SIZE, KEY_SIZES
from sectigo_f5.configuration.combinations import check_combinations, names_of
from sectigo_f5.configuration.credentials.nearest import login_of
from sectigo_f5.configuration.findings import Findings, InvalidValueError, Mistake, alternatives
from sectigo_f5.configuration.settings import Scope, Table
from sectigo_f5.configuration.sources.permissions import warn_if_others_may_change
from sectigo_f5.model import ALL_VIRTUAL_SERVERS, Device, Job, KeySpec
from sectigo_f5.secret import Secret
from sectigo_f5.validation import hook_programs


def device_of(name: str | None, scope: Scope, findings: Findings) -> Device | None:
    """Put the connection settings of a device together; None, with every mistake noted, if one is missing or wrong."""
    findings.attempt(scope.required, Table.host)
    findings.attempt(login_of, scope)
    return findings.attempt(_device, name, scope) if name else None


def _device(name: str, scope: Scope) -> Device:
    scope.value(Table.type)
    scope.value(Table.protocol)
    login = login_of(scope)
    given = login.credentials
    return Device(
        name=name,
        hosts=scope.required(Table.host),
        port=scope.value(Table.port),
        username=given.username if given else "",
        password=given.password if given else Secret(""),
        verify_tls=scope.value(Table.verify_tls),
        place=scope.place,
        credentials_command=login.command,
    )


def job_of(device: Device | None, scope: Scope, findings: Findings) -> Job | None:
    """Resolve one certificate; None, with every mistake noted, if a setting is missing or wrong."""
    for setting in (Table.common_name, Table.virtual_servers):
        findings.attempt(scope.required, setting)
    findings.attempt(_keys, scope)
    check_combinations(scope, findings)
    job = findings.attempt(_job, device, scope) if device else None
    if job and job.dns_authenticator == "manual":
        for program in filter(None, hook_programs(job.dns_options).values()):
            warn_if_others_may_change(findings.about(Path(program)))
    return job


def _job(device: Device, scope: Scope) -> Job:
    common_name = scope.required(Table.common_name)
    partition = scope.value(Table.partition)
    authenticator = scope.value(Table.dns_authenticator)
    return Job(
        device=device,
        common_name=common_name,
        names=names_of(scope),
        keys=_keys(scope),
        partition=partition,
        parent_profile=scope.value(Table.parent_profile),
        replace_profiles=scope.value(Table.replace_profiles),
        virtual_servers=_full_paths(scope.required(Table.virtual_servers), partition),
        sni=scope.value(Table.sni),
        server_name=scope.value(Table.server_name),
        sni_default=scope.value(Table.sni_default),
        sni_require=scope.value(Table.sni_require),
        validation=scope.value(Table.validation),
        challenge_virtual_servers=_full_paths(scope.value(Table.challenge_virtual_servers), partition),
        dns_authenticator=authenticator,
        dns_options=_full_options(scope.value(Table.dns_options), authenticator),
        renew_before_days=scope.value(Table.renew_before_days),
        revocation_check=scope.value(Table.revocation_check),
        verify_handshake=scope.value(Table.verify_handshake),
        key_route=scope.value(Table.key_route),
        place=scope.place,
        update_other_references=scope.value(Table.update_other_references),
        owner=scope.value(Table.owner),
        purpose=scope.value(Table.purpose),
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


def _keys(scope: Scope) -> tuple[KeySpec, ...]:
    """Resolve ``keys``, or ``key_type`` and ``key_size``, to one or two keys."""
    for depth, section in enumerate(scope.sections):
        listed = section.get(Table.keys)
        if listed is None:
            continue
        for nearer in scope.sections[: depth + 1]:
            for setting in (Table.key_type, Table.key_size):
                if single := nearer.get(setting):
                    text = f"cannot be combined with keys (line {listed.line}); write it in keys, or delete keys"
                    raise InvalidValueError(Mistake(single.line, setting.key, text))
        return listed.valid()
    return (_single_key(scope),)


def _single_key(scope: Scope) -> KeySpec:
    """Resolve one key; a ``key_type`` that is nearer than the ``key_size`` discards a size of the other type."""
    key_type, size = scope.value(Table.key_type), scope.nearest(Table.key_size)
    if size is None:
        return KeySpec(key_type, DEFAULT_SIZE[key_type])
    if size.valid() in KEY_SIZES[key_type]:
        return KeySpec(key_type, size.valid())
    nearest = next(each for each in scope.sections if each.get(Table.key_type) or each.get(Table.key_size))
    if not nearest.get(Table.key_size):
        return KeySpec(key_type, DEFAULT_SIZE[key_type])
    other = "ecdsa" if key_type == "rsa" else "rsa"
    sizes = alternatives(KEY_SIZES[key_type])
    text = f"{size.value} is not a size for {key_type}; write {sizes}, or key_type: {other} as well"
    raise InvalidValueError(Mistake(size.line, "key_size", text))
