"""Every command in one row: what the command line, the lock and the reader of ``--help`` need to know of it.

Not its function (``dispatch`` has that): the command line is read before what commands need is imported.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One command; its name is what an operator types."""

    name: str
    help: str
    options: frozenset[str] = frozenset()  # those of arguments.OWN_OPTIONS that it takes
    at_most_one: tuple[str, ...] = ()  # options that exclude each other
    writes: bool = False  # it takes the lock
    needs_only: bool = False  # it never acts on everything
    configured: bool = True  # it needs the env file ...
    reads_yaml: bool = True  # ... and the YAML files
    of_one_device: bool = False  # it is about the BIG-IP of --device: --only and --shard mean nothing to it


COMMANDS = {
    command.name: command
    for command in (
        Command(
            "run",
            "bring everything up to date; what cron runs (default)",
            options=frozenset({"force", "ticket"}),
            writes=True,
        ),
        Command(
            "check",
            "configuration, credentials, permissions, virtual servers, ACME directory, plugin; writes nothing",
            options=frozenset({"verbose"}),
        ),
        Command(
            "plan",
            "what run would do, and why, per certificate; reads only",
            options=frozenset({"force"}),
        ),
        Command(
            "status",
            "every managed certificate: names, device, virtual servers, key, days left, next renewal, last result",
            options=frozenset({"all", "html"}),
        ),
        Command(
            "inventory",
            "every certificate and key on the BIG-IPs, ours or not: custody, where used, what is wrong; reads only",
            options=frozenset({"csv", "html"}),
            at_most_one=("json", "csv", "html"),
        ),
        Command(
            "audit",
            "who has changed what on a BIG-IP or at the CA, and when; reads the trail, needs no YAML",
            options=frozenset({"since", "verify"}),
            reads_yaml=False,
        ),
        Command(
            "discover",
            "print a YAML file for what a BIG-IP serves today; reads only, needs no configuration",
            options=frozenset({"credentials_file", "host", "partition", "port", "verify_tls"}),
            configured=False,
            reads_yaml=False,
        ),
        Command(
            "probe",
            "try on a BIG-IP each call that the connector depends on, under scratch names; or explain the report of it",
            options=frozenset({"allow_sync", "device", "explain", "output", "partition", "save", "ticket", "yes"}),
            writes=True,
            of_one_device=True,
        ),
        Command(
            "revoke",
            "revoke the certificate in service at the CA (the next run replaces it)",
            options=frozenset({"reason", "ticket", "yes"}),
            writes=True,
            needs_only=True,
        ),
        Command(
            "rollback",
            "put the previous key and certificate back in service",
            options=frozenset({"ticket", "yes"}),  # the latter for runbooks: it can be undone, so it never asks
            writes=True,
            needs_only=True,
        ),
    )
}
