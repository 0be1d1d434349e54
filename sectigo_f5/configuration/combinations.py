"""Settings that are right alone and wrong together, or without effect."""

from __future__ import annotations

from sectigo_f5.configuration.checks import LONGEST_FILE_PATH
from sectigo_f5.configuration.findings import Findings, InvalidValueError, Mistake
from sectigo_f5.configuration.settings import ParsedSetting, Scope, Table
from sectigo_f5.model import Generation, base_of
from sectigo_f5.names import LONGEST_COMMON_NAME, common_name_of_request, covers

ANY_STAMP = "20261123T153813Z"


def check_combinations(scope: Scope, findings: Findings) -> None:
    """Note everything that is wrong with the settings of one certificate together."""
    for check in CHECKS:
        findings.attempt(check, scope)
    _note_flags_without_effect(scope, findings)
    findings.attempt(_check_path_length, scope)


def names_of(scope: Scope) -> tuple[str, ...]:
    """Return the names of a certificate: the common name, then the others in sorted order."""
    common_name = scope.required(Table.common_name)
    return (common_name, *sorted(set(scope.value(Table.sans)) - {common_name}))


def _check_authenticator(scope: Scope) -> None:
    validation = scope.nearest(Table.validation)
    if validation and validation.value == "dns-01" and scope.value(Table.dns_authenticator) is None:
        text = f"missing; dns-01 needs a Certbot plugin: write dns_authenticator: {Table.dns_authenticator.example}"
        raise InvalidValueError(Mistake(validation.line, "dns_authenticator", text))


def _check_wildcards(scope: Scope) -> None:
    """Refuse wildcards with http-01; if no validation is set, the mistake is on the line of the wildcard."""
    wildcard = _wildcard(scope)
    if wildcard and scope.value(Table.validation) == "http-01":
        text = (
            f"http-01 cannot prove the wildcard {wildcard.value}; write validation: dns-01 with a dns_authenticator, "
            f"or validation: prevalidated if the domain is validated in SCM"
        )
        cause = scope.nearest(Table.validation) or wildcard
        raise InvalidValueError(Mistake(cause.line, "validation", text))


def _check_server_name(scope: Scope) -> None:
    """Refuse a name for which clients would get a certificate that they do not accept."""
    server_name = scope.nearest(Table.server_name)
    if server_name and not covers(names := names_of(scope), server_name.valid()):
        text = f"{server_name.value} is not a name of the certificate; write one of {', '.join(names)}, or leave it out"
        raise InvalidValueError(Mistake(server_name.line, "server_name", text))


def _wildcard(scope: Scope) -> ParsedSetting[str] | None:
    """Return the first wildcard among the names, with its line, or None."""
    common_name, sans = scope.nearest(Table.common_name), scope.nearest(Table.sans)
    names = [ParsedSetting(common_name.line, common_name.value)] if common_name else []
    names += [ParsedSetting(sans.line, name) for name in sans.value or ()] if sans else []
    return next((name for name in names if name.value and name.value.startswith("*.")), None)


def _check_http_01_virtual_servers(scope: Scope) -> None:
    if scope.value(Table.validation) != "http-01":
        return
    if scope.required(Table.virtual_servers) == () == scope.value(Table.challenge_virtual_servers):
        text = "http-01 has no virtual server to answer on; write challenge_virtual_servers, or another validation"
        validation, servers = scope.nearest(Table.validation), scope.nearest(Table.virtual_servers)
        cause = validation or servers
        raise InvalidValueError(Mistake(cause.line if cause else None, "validation", text))


def _note_flags_without_effect(scope: Scope, findings: Findings) -> None:
    """Warn of SNI flags that do nothing; that is not a reason to leave the certificate out."""
    for setting in (Table.sni_default, Table.sni_require):
        flag = scope.nearest(setting)
        if flag and flag.value is True and findings.attempt(scope.value, Table.sni) is False:
            findings.warning(f"line {flag.line}: {setting.key} has no effect without `sni: true`")


def _check_path_length(scope: Scope) -> None:
    """Check the longest object name of an issue, the chain of a second key."""
    base, partition = base_of(scope.required(Table.common_name)), scope.nearest(Table.partition)
    length = len(Generation(scope.value(Table.partition), base, ANY_STAMP, "_ecdsa").chain)
    if length > LONGEST_FILE_PATH:
        key, cause = ("partition", partition) if partition else ("common_name", scope.nearest(Table.common_name))
        remedy = "write a shorter partition, or a shorter common_name and this one in sans"
        text = f"makes object names of {length} characters, but BIG-IP has room for {LONGEST_FILE_PATH}; {remedy}"
        raise InvalidValueError(Mistake(cause.line if cause else scope.place.line, key, text))


def _check_native_route(scope: Scope) -> None:
    """Refuse a route that cannot make the CSR: ``sys crypto csr`` requires a common name, of 64 characters at most."""
    route, common_name = scope.nearest(Table.key_route), scope.nearest(Table.common_name)
    if route and common_name and route.value == "native" and common_name_of_request(names_of(scope)) is None:
        text = (
            f"has {len(common_name.valid())} characters, and a BIG-IP makes no CSR with a common name of more than "
            f"{LONGEST_COMMON_NAME}, or without; write a shorter name in sans, or leave key_route out"
        )
        raise InvalidValueError(Mistake(common_name.line, "common_name", text))


CHECKS = (
    _check_authenticator,
    _check_wildcards,
    _check_server_name,
    _check_http_01_virtual_servers,
    _check_native_route,
)
