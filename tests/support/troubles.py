"""Troubles in the life of a connector: each is arranged before a run and ends after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

from cryptography import x509
from cryptography.x509.oid import NameOID

from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Issued, RenewalInformation
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import Exchange, Fault, SimulatedBigIP
from sectigo_f5.validation import Validation
from sectigo_f5.x509.certificates import Certificate, read_certificate
from tests.support.local_authority import LocalAuthority

WRITES = ("POST", "PATCH", "DELETE")
OURS = r"^/mgmt/tm/|/uploads/"  # the writes of a run, except logins
NO_KEY = r"^/mgmt/tm/(?!sys/crypto/key)|/uploads/"  # a missing key would be waited for
FOR_EVER = 10_000


@dataclass
class BusyAuthority(LocalAuthority):
    """A CA that takes time to issue, and sometimes refuses."""

    lifetimes: dict[str, timedelta] = field(default_factory=dict)  # by common name
    refuses: dict[str, timedelta] = field(default_factory=dict)  # by common name: for how long, from its next order on
    refused_since: dict[str, datetime] = field(default_factory=dict)
    answer_lost: bool = False  # it issues, but its answer does not arrive
    suggests: Callable[[Certificate], RenewalInformation | None] = lambda _: None

    def issue(
        self, csr_pem: str, validation: Validation, known: tuple[Secret, ...] = (), order: Path | None = None
    ) -> Issued:
        subject = x509.load_pem_x509_csr(csr_pem.encode()).subject
        name = str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
        if name in self.refuses:
            since = self.refused_since.setdefault(name, self.clock())
            if self.clock() < since + self.refuses[name]:
                raise ConnectorError("the CA refuses the order: the domain's validation has ended")
        self.lifetime = self.lifetimes.get(name, self.lifetime)
        issued = super().issue(csr_pem, validation, known, order)
        if self.answer_lost:
            raise ConnectorError("no certificate was issued: the CA's answer did not come")
        return issued

    def renewal_information(self, certificate_pem: str, now: datetime) -> RenewalInformation | None:
        return self.suggests(read_certificate(certificate_pem))


@dataclass(frozen=True)
class Scene:
    """Where trouble happens, and the randomness that chooses it."""

    device: SimulatedBigIP
    authority: BusyAuthority
    random: Random = field(default_factory=lambda: Random(0))


Trouble = Callable[[Scene], None]


@contextmanager
def arranged(trouble: Trouble | None, scene: Scene) -> Iterator[None]:
    """Arrange trouble for the length of the block."""
    if trouble:
        trouble(scene)
    try:
        yield
    finally:
        scene.device.hook = None
        scene.device.heal()
        scene.authority.refusal, scene.authority.answer_lost = None, False


def the_ca_does_not_answer(scene: Scene) -> None:
    scene.authority.refusal = "unreachable"


def the_ca_refuses_orders(scene: Scene) -> None:
    scene.authority.refusal = "the CA refuses the order: too many of them; try again tomorrow"


def the_answer_of_the_ca_is_lost(scene: Scene) -> None:
    scene.authority.answer_lost = True


def the_bigip_does_not_answer(scene: Scene) -> None:
    scene.device.fault(Fault("POST", "/authn/login", action="drop", times=FOR_EVER))


def answers_of_the_bigip_are_lost(scene: Scene) -> None:
    for method in WRITES:
        nth, times = scene.random.randint(1, 9), scene.random.randint(1, 3)
        scene.device.fault(Fault(method, OURS, nth, "drop-after", times))


def calls_do_not_reach_the_bigip(scene: Scene) -> None:
    for method in WRITES:
        scene.device.fault(Fault(method, NO_KEY, scene.random.randint(1, 9), "drop"))


def the_bigip_refuses_a_write(scene: Scene) -> None:
    method, nth = scene.random.choice(WRITES), scene.random.randint(1, 9)
    scene.device.fault(Fault(method, OURS, nth, "error:400:01070734:3: Configuration error: refused by a test"))


def the_run_is_killed(scene: Scene) -> None:
    killed_after(scene.random.randint(1, 16), scene)


def killed_after(writes: int, scene: Scene) -> None:
    """End the run after one of its writes: nothing that it still sends arrives."""
    numbers = count(1)

    def hook(exchange: Exchange) -> None:
        if exchange.method in WRITES and "/shared/auth" not in exchange.path and next(numbers) == writes:
            scene.authority.refusal = "there is nobody to order"
            scene.device.fault(Fault("GET", ".", action="error:401:X-F5-Auth-Token has expired.", times=FOR_EVER))
            for method in WRITES:
                scene.device.fault(Fault(method, ".", action="drop", times=FOR_EVER))

    scene.device.hook = hook


# An outage lasts some nights, with or without work; an accident waits for a run with work, and spoils it.
OUTAGES = (the_ca_does_not_answer, the_ca_refuses_orders, the_bigip_does_not_answer)
ACCIDENTS = (
    the_answer_of_the_ca_is_lost,
    answers_of_the_bigip_are_lost,
    calls_do_not_reach_the_bigip,
    the_bigip_refuses_a_write,
    the_run_is_killed,
)
