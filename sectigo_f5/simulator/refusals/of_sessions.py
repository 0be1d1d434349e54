"""The refusals of users, tokens and transactions.

Each function names the source of its text: F5's own repositories and issue threads. "Uncertain" marks
texts that no public source quotes: match their status or a part of them, never the whole.
"""

from __future__ import annotations

from sectigo_f5.simulator.refusals.refusal import Refusal
from sectigo_f5.simulator.wording import in_words


@in_words
def no_shell() -> Refusal:
    """``util/bash`` by a user without a shell: F5 Ansible #1570, #1944, #2452. The status is uncertain."""
    return Refusal(400, '"bash" unexpected argument')


@in_words
def access_denied(user: str, title: str, partition: str) -> Refusal:
    """A role that does not reach this partition. Text uncertain."""
    return Refusal(403, f"01070822:3: Access Denied: User ({user}) may not change {title} in partition ({partition})")


@in_words
def metadata_denied(user: str, virtual_server: str) -> Refusal:
    """That only administrators may set it: F5 Ansible's bigip_virtual_server. Text uncertain."""
    return Refusal(403, f"01070822:3: Access Denied: User ({user}) may not set metadata of ({virtual_server})")


@in_words
def unauthorized(reason: str) -> Refusal:
    """Every 401 of restjavad begins with the same words: terraform-provider-bigip #226."""
    return Refusal(401, reason)


@in_words
def role_refused(user: str, path: str, method: str) -> Refusal:
    """A role without the permission: terraform-provider-bigip #226."""
    return Refusal(401, _authorization_failed(user, path, method))


@in_words
def upload_refused(user: str, path: str, method: str) -> Refusal:
    """The same for an upload, which needs more than other calls: F5 Ansible #1611, #2298."""
    return Refusal(401, _authorization_failed(user, path, method))


def _authorization_failed(user: str, path: str, method: str) -> str:
    return (
        f"Authorization failed: user=https://localhost/mgmt/shared/authz/users/{user} resource={path} "
        f"verb={method} uri:http://localhost:8100{path} referrer:127.0.0.1 sender:127.0.0.1"
    )


@in_words
def token_too_long(longest: int) -> Refusal:
    """A token's life beyond ten hours: DevCentral, "iControl REST Authentication Token Management"."""
    return Refusal(406, f"Auth-token absolute timeout ({longest} seconds) exceeded")


@in_words
def invalid_command(below: str) -> Refusal:
    """A POST below the URL of a queued command: f5-common-python #641."""
    return Refusal(400, f"Found invalid command id {below}")


@in_words
def transaction_missing() -> Refusal:
    """A transaction that is unknown or has expired: e-XpertSolutions/f5 #36."""
    return Refusal(404, "Missing transaction ID for this call.")


@in_words
def nothing_to_commit() -> Refusal:
    """A commit without commands: f5-sdk's tests."""
    return Refusal(400, "there is no command to commit in the transaction")


@in_words
def transaction_failed(reason: str) -> Refusal:
    """The refusal of one of its commands: terraform-provider-bigip #980, f5devcentral/bigip-kubernetes-gateway."""
    return Refusal(400, f"transaction failed:{reason}")
