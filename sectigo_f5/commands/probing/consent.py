"""What a probe makes and does on a BIG-IP, for who has to say yes to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sectigo_f5.commands.confirmation import Confirmation
from sectigo_f5.commands.options import Options
from sectigo_f5.commands.probing.choosing import partition_of, partitions_of
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.files import REMEDY, fault_of_output
from sectigo_f5.model import Job
from sectigo_f5.probe.catalogue.every import QUESTIONS
from sectigo_f5.probe.scratch import PREFIX


@dataclass(frozen=True)
class Kind:
    """One kind of things that a probe makes, or does."""

    text: str
    paths: tuple[str, ...]  # of every call that is sent for it and writes: beginnings


MADE = (
    Kind(
        "keys (RSA 2048 and 4096, P-256, P-384) with passphrases of its own, and CSRs of them",
        ("/mgmt/tm/sys/crypto/key", "/mgmt/tm/sys/crypto/csr", "/mgmt/tm/sys/file/ssl-key"),
    ),
    Kind("certificates of a CA that exists for the length of the probe alone", ("/mgmt/tm/sys/file/ssl-cert",)),
    Kind(
        "client SSL profiles, and a server SSL profile",
        ("/mgmt/tm/ltm/profile/client-ssl", "/mgmt/tm/ltm/profile/server-ssl"),
    ),
    Kind(
        "disabled virtual servers at addresses of 192.0.2.0/24 (TEST-NET-1), which get no traffic",
        ("/mgmt/tm/ltm/virtual", "/mgmt/tm/ltm/virtual-address"),
    ),
    Kind("an iRule", ("/mgmt/tm/ltm/rule",)),
    Kind(
        "files in /var/config/rest/downloads and /var/config/rest/bulk",
        ("/mgmt/shared/file-transfer/uploads", "/mgmt/tm/util/unix-mv"),
    ),
    Kind(
        "login tokens of this user, besides the one of its session",
        ("/mgmt/shared/authn/login", "/mgmt/shared/authz/tokens"),
    ),
    Kind("transactions; one is to be refused, and one to end by itself", ("/mgmt/tm/transaction",)),
)
RUN = Kind(
    "command lines that change nothing else, such as echo, ls, openssl and tmsh list",
    ("/mgmt/tm/util/bash", "/mgmt/tm/util/unix-ls", "/mgmt/tm/util/unix-rm", "/mgmt/tm/util/unix-mv"),
)
SAVED = Kind(
    "the running configuration, as a whole and of one partition: also what others have changed and not saved yet",
    ("/mgmt/tm/sys/config",),
)


def confirmation(options: Options, jobs: Sequence[Job]) -> Confirmation:
    """Return what is asked before a probe; raises :class:`ConfigurationError` if that cannot be done as it is asked."""
    partition = partition_of(jobs, options.partition)
    if options.output and (fault := fault_of_output(options.output)):
        raise ConfigurationError(f"--output {options.output}: cannot be written ({fault}); {REMEDY}")
    device = jobs[0].device
    lines = "\n".join(_lines(jobs, partition, options))
    question = f"{lines}\nProbe {device.name}?"
    return Confirmation(f"probe {device.name}", question, "nothing was asked of the BIG-IP")


def _lines(jobs: Sequence[Job], partition: str, options: Options) -> Iterator[str]:
    device, others = jobs[0].device, [name for name in partitions_of(jobs) if name != partition]
    unit = f"{device.hosts[0]}" if len(device.hosts) == 1 else f"the active unit of {', '.join(device.hosts)}"
    yield f"A probe asks {device.name} ({unit}) {len(QUESTIONS)} questions. It makes:"
    yield from (f"  - {kind.text}" for kind in MADE)
    elsewhere = f"; --partition chooses {' or '.join(others)} instead" if others else ""
    yield f"Each name begins with {PREFIX} and a random number, in partition {partition}{elsewhere}."
    yield "Two of them have a 7 before that, for names that begin with a digit."
    yield f"It runs {RUN.text}."
    yield "It changes nothing that exists, and deletes everything again that it has made."
    yield f"It deletes what earlier probes that were killed have left there: names that begin with {PREFIX}."
    yield f"It saves {SAVED.text}." if options.save else "It does not save the configuration (--save)."
    yield "In a group with manual sync, Changes Pending shows afterwards; do not sync during the probe."
    yield "It takes two to ten minutes. No run can begin meanwhile."
