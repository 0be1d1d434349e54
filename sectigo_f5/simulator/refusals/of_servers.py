"""The refusals of virtual servers.

Each function names the source of its text: F5's own repositories and issue threads. "Uncertain" marks
texts that no public source quotes: match their status or a part of them, never the whole.
"""

from __future__ import annotations

from sectigo_f5.simulator.refusals.refusal import Refusal
from sectigo_f5.simulator.wording import in_words


@in_words
def several_sni_defaults(virtual_server: str) -> Refusal:
    """k8s-bigip-ctlr #332, F5 AS3."""
    return Refusal(
        400,
        f"01071809:3: Virtual Server {virtual_server} has more than one clientssl/serverssl profile that is default "
        "for SNI.",
    )


@in_words
def no_sni_default(virtual_server: str) -> Refusal:
    """An F5 lab simulator; no primary source."""
    return Refusal(
        400,
        f"0107149c:3: Virtual server {virtual_server} has more than one clientssl/serverssl profile but none of them "
        "is default for SNI",
    )


@in_words
def dangling_policy(virtual_server: str, policy: str) -> Refusal:
    """Go clients' tests, which quote the device."""
    return Refusal(
        400,
        f"01070712:3: Values ({policy}) specified for virtual server policy ({virtual_server} {policy}): foreign key "
        "index (policy_FK) do not point at an item that exists in the database.",
    )


@in_words
def same_server_name(virtual_server: str) -> Refusal:
    """k8s-bigip-ctlr #1042, #781."""
    return Refusal(
        400,
        f"0107149e:3: Virtual server {virtual_server} has more than one clientssl/serverssl profile with same server "
        "name.",
    )


@in_words
def other_partition(what: str, virtual_server: str, path: str) -> Refusal:
    """Seen for iRules in a public probe of a device; for profiles by analogy. Text uncertain for those."""
    return Refusal(
        400,
        f"01070726:3: A virtual server may only reference {what} in the same partition or the common partition "
        f"({virtual_server}:{path})",
    )


@in_words
def needs_http(rule: str, event: str, virtual_server: str) -> Refusal:
    """f5-appsvcs-templates #121, #132 (17.0.0.1); the code of older releases is unknown."""
    return Refusal(
        400,
        f"01071912:3: {event} event in rule ({rule}) requires an associated HTTP or FASTHTTP profile on the "
        f"virtual-server ({virtual_server}).",
    )


@in_words
def renegotiating_http2(virtual_server: str, profile: str) -> Refusal:
    """F5 Bug ID 516327; the misspelling is the device's own."""
    return Refusal(
        400,
        f"01070734:3: Configuration error: In Virtual Server ({virtual_server}) an http2 profile with "
        f"enforce-tls-requirements enabled is incompatible with clientssl profile '{profile}'; regenotiation must be "
        "disabled",
    )


@in_words
def shared_destination(one: str, other: str) -> Refusal:
    """Third-party prose."""
    return Refusal(
        400,
        f"01070333:3: Virtual Server {one} illegally shares destination address, source address, service port, "
        f"ip-protocol, and vlan with Virtual Server {other}.",
    )


@in_words
def profile_http_missing() -> Refusal:
    """Third-party prose, measured with an HTML profile on 17.5.1; for other profiles uncertain."""
    return Refusal(400, "01070734:3: Required profile profile_http not present")
