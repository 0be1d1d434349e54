"""Switches that follow from findings of another name, or from several together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sectigo_f5.simulator.likeness.reading import COMMON, Told
from sectigo_f5.simulator.likeness.table import value_of
from sectigo_f5.simulator.switches import NAMES_THE_CSR, NOBODY, NOT_TOLD, REJECTED, ROLES

PARTITION = "PARTITION"  # as the report spells the partition of the probe, if that is not Common
RSA, EC = ("key-rsa-2048", "key-rsa-4096"), ("key-p256", "key-p384")

Step = tuple[str, Any]  # a switch and its value; ``("", sentence)`` for what has none


def conclusions(told: Told) -> Iterator[Step]:
    """Yield every switch that follows; what cannot be one is a sentence."""
    for conclude in _EVERY:
        yield from conclude(told)


def _user(told: Told) -> Iterator[Step]:
    role, where = told.first("role"), told.first("role_where")
    if role == NOT_TOLD:
        yield "user_shown", False
    elif role in ROLES:
        yield "role", role
    elif role is not None:
        yield "", f"the user's role is one that is not simulated, so it is {ROLES[0]}"
    if where == "one":
        yield "role_partition", COMMON if told.partition == COMMON else PARTITION
    elif where == "several":
        yield "", "the user has roles in several partitions: simulated is one for all"


def _uploads(told: Told) -> Iterator[Step]:
    """An upload needs the administrator, or the role that the user has."""
    found, role = told.first("uploads"), told.first("role")
    if found == "works" and role in ROLES[1:-1]:
        yield "upload_role", role
    elif found == "works" and role == ROLES[-1]:
        yield "", "a guest may upload files, which is not simulated"
    elif found == "rejected" and role not in ROLES[1:]:
        yield "upload_role", NOBODY


def _keys(told: Told) -> Iterator[Step]:
    """Protected keys: one switch for all, and one for elliptic curves if these differ."""
    name = "native_password_keys"
    rsa, curves = told.first(name, *RSA), told.first(name, *EC)
    for questions, taken in ((RSA, rsa), (EC, curves)):
        for question in questions:
            found = told.first(name, question)
            if found not in (None, taken):
                yield "", f"{name}: {question} found {found}, which differs from {questions[0]}: that one is simulated"
    chosen = rsa if rsa is not None else curves
    if chosen is not None:
        yield name, chosen
    if curves not in (None, chosen):
        yield "native_password_ec_keys", curves


def _key_objects(told: Told) -> Iterator[Step]:
    """A key that is not protected has no passphrase that could be told."""
    protected = [one for one in (*RSA, *EC) if told.first("native_password_keys", one) == "works"]
    protected += ["key-by-openssl"] if told.first("openssl_protected") == "yes" else []
    found = told.first("key_in_use_opens", *protected) if protected else None
    if found is not None:
        yield "key_in_use_opens", found


def _csr_name(told: Told) -> Iterator[Step]:
    found = told.first("csr_name")
    if found == "the-value":
        yield "gen_csr_value", NAMES_THE_CSR
    elif found is not None:
        yield "csr_name", found


def _csr_files(told: Told) -> Iterator[Step]:
    """Files of CSRs are read with unix-mv and bulk downloads; without these, nobody knows whether there are any."""
    found = told.first("csr_by_file")
    if told.first("unix_tools") == "no" or found is None:
        return
    if found == "works":
        yield "csr_file", "every-partition"
    elif found == "rejected":
        yield "csr_file", "nowhere" if told.partition == COMMON else "common-only"


def _digit_first(told: Told) -> Iterator[Step]:
    """No name is accepted if no certificate is."""
    name = "digit_first_certificates"
    found = told.first(name)
    if found is not None and told.first("certificate") != REJECTED:
        yield name, found


def _virtual_server(told: Told) -> Iterator[Step]:
    found = told.first("virtual_server")
    if found is not None:
        yield "virtual_servers", found


def _server_ssl(told: Told) -> Iterator[Step]:
    """A pair is refused, too, if one needs the passphrase that its key object does not show."""
    found, shown = told.first("server_ssl"), {value for _, value in _key_objects(told)}
    needless = told.first("profile_passphrase") == "optional"
    if found == "works" or (found is not None and (needless or shown <= {"yes"})):
        yield "server_ssl", found


def _route_domain(told: Told) -> Iterator[Step]:
    """Only a partition with a default route domain tells whether that is shown."""
    name = "default_route_domain_shown"
    found = told.first(name)
    if found in ("yes", "no") and told.partition != COMMON:
        yield name, found
        yield "default_route_domain", 1


_EVERY = (
    *(_user, _uploads, _keys, _key_objects, _csr_name, _csr_files),
    *(_digit_first, _virtual_server, _server_ssl, _route_domain),
)


def valued(step: Step) -> Step:
    """Return a step with the value of its switch; raises :class:`ValueError` if the switch has no such choice."""
    name, value = step
    if isinstance(value, bool) or name in ("", "role_partition", "default_route_domain"):
        return step
    return name, value_of(name, value)
