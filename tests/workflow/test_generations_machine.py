"""Runs of every kind in any order: nothing that is referred to is deleted, the way back stays, litter is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from sectigo_f5.commands.revoke import revoke_in_service
from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.model import Generation, Job, KeySpec, Outcome
from sectigo_f5.x509.certificates import read_certificate
from tests.support.machines import TROUBLES, Lived
from tests.support.names import BOTH_KEYS, EC_384, ONLY_EC, PROFILE_URL
from tests.support.properties import walks
from tests.support.troubles import Trouble

FILES = ("sys/file/ssl-key", "sys/file/ssl-cert")
FOREIGN = "/Common/of_somebody_else"
FOREIGN_URL = "/mgmt/tm/ltm/profile/client-ssl/~Common~of_somebody_else"
MOST = 4  # generations: in service, before it, somebody else's, and one that a run left which had trouble
BASE = "www.example.com"


class OneLife(Lived):
    """One certificate, and a profile of somebody else that may refer to its pairs."""

    @initialize(keys=st.sampled_from([ONLY_EC, BOTH_KEYS]), route=st.sampled_from(["native", "openssl"]))
    def is_enrolled(self, keys: tuple[KeySpec, ...], route: str) -> None:
        self.job: Job = self.world.job(keys=keys, key_route=route)
        self.came_back = set[str]()
        self.go(self.job, trouble=None)

    # -- commands ---------------------------------------------------------------------------------

    @rule(trouble=st.none() | TROUBLES, number=st.integers(0, 99), force=st.booleans())
    def runs(self, trouble: Trouble | None, number: int, force: bool) -> None:
        before, held = self.in_service(), self.generations()
        (result,) = self.go(self.job, trouble=trouble, number=number, force=force)
        if trouble:
            return
        assert result.error is None
        left = self.world.leftovers()
        assert set(left.pop("csrs", ())) <= self.came_back
        assert left == {}
        after = self.in_service()
        assert self.world.seen_by_client().serial in self.serials(after)
        assert self.world.device.saved_is_current
        if result.outcome in (Outcome.RENEWED, Outcome.REKEYED) and self.can_be_gone_back_to(before):
            assert before in self.generations()
        assert after in self.generations()
        assert len(self.generations()) <= MOST, held

    @rule(days=st.integers(1, 70))
    def time_passes(self, days: int) -> None:
        self.world.wait(days=days)

    @rule(keys=st.sampled_from([ONLY_EC, (EC_384,), BOTH_KEYS]))
    def gets_other_keys(self, keys: tuple[KeySpec, ...]) -> None:
        self.job = self.world.job(keys=keys, key_route=self.job.key_route)

    @rule(trouble=st.none() | TROUBLES, number=st.integers(0, 99))
    def is_rolled_back(self, trouble: Trouble | None, number: int) -> None:
        before = self.in_service()
        (result,) = self.go(self.job, trouble=trouble, number=number, work=roll_back)
        if result.outcome is Outcome.ROLLED_BACK:
            assert self.in_service() < before
            assert before in self.generations()

    @rule()
    def is_revoked(self) -> None:
        self.go(self.job, trouble=None, work=partial(revoke_in_service, reason="superseded"))

    # -- by hand ----------------------------------------------------------------------------------

    @rule(which=st.integers(0, 3))
    def somebody_refers_to_a_pair(self, which: int) -> None:
        stems = sorted(path.removesuffix(".key") for kind, path in self.ours() if kind == FILES[0])
        if not stems:
            return
        stem, device = stems[which % len(stems)], self.world.device
        entry = {"name": "default", "cert": f"{stem}.crt", "key": f"{stem}.key", "passphrase": "x"}
        if device.exists(FOREIGN_URL):
            device.delete(FOREIGN_URL)
        self.by_hand(lambda: device.add_profile("client-ssl", FOREIGN, certKeyChain=[entry]))

    @rule()
    def nobody_refers_to_it(self) -> None:
        if self.world.device.exists(FOREIGN_URL):
            self.by_hand(lambda: self.world.device.delete(FOREIGN_URL))

    @rule()
    def reboots(self) -> None:
        """CSRs are deleted after the save: a reboot brings them back, and they are of no use to anybody."""
        self.world.device.reboot()
        self.came_back |= set(self.world.device.csrs)

    # -- what holds -------------------------------------------------------------------------------

    def look(self) -> Iterator[str]:
        there = {path for kind, path in self.world.device.engine.configuration.items if kind in FILES}
        for path in (PROFILE_URL, FOREIGN_URL):
            if self.world.device.exists(path):
                for entry in self.world.device.get(path).get("certKeyChain", ()):
                    named = {entry.get(name, "none") for name in ("cert", "key", "chain")} - {"none"}
                    yield from (f"{path} refers to {missing}, which is gone" for missing in named - there)

    def ours(self) -> list[tuple[str, str]]:
        items = self.world.device.engine.configuration.items
        return [(kind, path) for kind, path in items if kind in FILES and Generation.parse(path, BASE)]

    def generations(self) -> set[str]:
        """Return the stamps of whole generations, each with key and certificate."""
        of = [(kind, Generation.parse(path, BASE)) for kind, path in self.ours()]
        stamps = [{generation.stamp for kind, generation in of if kind == each and generation} for each in FILES]
        return stamps[0] & stamps[1]

    def can_be_gone_back_to(self, stamp: str) -> bool:
        """Tell whether the certificates of a generation are neither revoked nor expired."""
        copies = self.world.state.certificates.copies(self.job)
        of = {generation: copy for generation, copy in copies.items() if generation.stamp == stamp}
        revoked = any(self.world.state.certificates.revoked(self.job, generation) for generation in of)
        return not revoked and all(
            read_certificate(copy.certificate).not_after > self.world.now for copy in of.values()
        )

    def serials(self, stamp: str) -> set[str]:
        """Return the serial numbers of a generation's certificates."""
        copies = self.world.state.certificates.copies(self.job)
        return {read_certificate(copy.certificate).serial for of, copy in copies.items() if of.stamp == stamp}

    def in_service(self) -> str:
        """Return the stamp of the generation that our profile holds."""
        entries = self.world.device.get(PROFILE_URL)["certKeyChain"]
        (stamp,) = {of.stamp for entry in entries if (of := Generation.parse(entry["cert"], BASE))}
        return stamp


def test_nothing_that_is_needed_is_deleted_in_any_order() -> None:
    walks(OneLife, 3, 10)
