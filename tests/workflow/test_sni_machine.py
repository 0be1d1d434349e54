"""Certificates come and go on shared virtual servers, and an operator moves things: one SNI default at every moment."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st
from hypothesis.stateful import rule

from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.model import Job, Result
from tests.support.machines import TROUBLES, Lived
from tests.support.names import ONLY_EC, PLAIN
from tests.support.properties import walks
from tests.support.troubles import Trouble
from tests.support.virtual_servers import attach, attached, defaults, hand_made

CLIENT_SSL = "/mgmt/tm/ltm/profile/client-ssl"
NAMES = st.sampled_from(["www.example.com", "shop.example.com", "api.example.com"])
SERVERS = ("/Common/vs_a", "/Common/vs_b")
BY_HAND = "/Common/by_hand"
HAND = "hand.example.org"


class Shared(Lived):
    """Three certificates of ours and one of others, two virtual servers."""

    def __init__(self) -> None:
        super().__init__()
        for path in SERVERS:
            self.world.add_virtual_server(path)
        hand_made(self.world, BY_HAND, HAND, days=9000)
        self.world.device.save()
        self.jobs: dict[str, Job] = {}

    # -- the YAML ---------------------------------------------------------------------------------

    @rule(name=NAMES, servers=st.sets(st.sampled_from(SERVERS), min_size=1), default=st.booleans())
    def is_wanted(self, name: str, servers: set[str], default: bool) -> None:
        others = [job for other, job in self.jobs.items() if other != name and job.sni_default]
        default = default and not any(servers & set(job.virtual_servers) for job in others)
        wanted = {"sni": True, "sni_default": default, "keys": ONLY_EC, "virtual_servers": tuple(sorted(servers))}
        self.jobs[name] = self.world.job(name, **wanted)
        self.runs(None, 0)

    @rule(name=NAMES)
    def is_wanted_no_longer(self, name: str) -> None:
        self.jobs.pop(name, None)

    # -- commands ---------------------------------------------------------------------------------

    @rule(trouble=st.none() | TROUBLES, number=st.integers(0, 99))
    def runs(self, trouble: Trouble | None, number: int) -> None:
        before = self.served()
        results = self.go(*self.jobs.values(), trouble=trouble, number=number)
        if not trouble:
            self.is_as_wanted(results)
        after = self.served()
        assert [each for each in before if each not in after] == []

    @rule(days=st.integers(1, 70))
    def time_passes(self, days: int) -> None:
        self.world.wait(days=days)

    @rule(name=NAMES)
    def is_rolled_back(self, name: str) -> None:
        if name in self.jobs:
            self.go(self.jobs[name], trouble=None, work=roll_back)

    # -- by hand ----------------------------------------------------------------------------------

    @rule(server=st.sampled_from(SERVERS), default=st.booleans())
    def others_join(self, server: str, default: bool) -> None:
        """They make theirs the default, if the device lets them, or take the flag off."""
        device, flag = self.world.device, "true" if default else "false"
        self.by_hand(lambda: device.set(f"{CLIENT_SSL}/~Common~by_hand", sniDefault=flag))
        self.by_hand(lambda: attach(self.world, *attached(self.world, server), BY_HAND, path=server))

    @rule(server=st.sampled_from(SERVERS), which=st.integers(0, 3))
    def a_profile_is_taken_off(self, server: str, which: int) -> None:
        present = sorted(attached(self.world, server))
        rest = [path for number, path in enumerate(present) if number != which]
        if len(rest) < len(present):
            self.by_hand(lambda: attach(self.world, *rest, path=server))

    # -- what holds -------------------------------------------------------------------------------

    def look(self) -> Iterator[str]:
        profiles = {item["fullPath"]: item for item in self.world.device.get(CLIENT_SSL)["items"]}
        for server in SERVERS:
            present = attached(self.world, server) - {*PLAIN}
            count = sum(profiles[path]["sniDefault"] == "true" for path in present)
            if len(present) > 1 and count != 1:
                yield f"{count} SNI defaults on {server}"

    def served(self) -> set[tuple[str, str | None]]:
        """Return which names clients get a valid certificate for, and where; None: without a name, any."""
        return {
            (server, name) for server in SERVERS for name in (*self.jobs, HAND, None) if self.is_served(server, name)
        }

    def is_served(self, server: str, name: str | None) -> bool:
        try:
            certificate = self.world.seen_by_client(server, name)
        except Exception:  # noqa: BLE001  # whatever a handshake ends in: no service
            return False
        return certificate.not_after > self.world.now and name in (None, *certificate.names)

    def is_as_wanted(self, results: list[Result]) -> None:
        """Without a fault the BIG-IP refuses nothing, and a default of all virtual servers that it concerns is made."""
        assert [result.error for result in results if " answered " in (result.error or "")] == []
        for result in results:
            job = self.jobs[result.common_name]
            free = job.sni_default and self.concerns(job) <= set(job.virtual_servers)
            assert result.error is None or not free, result.error
            for server in () if result.error else job.virtual_servers:
                assert self.world.seen_by_client(server, result.common_name).serial == result.serial
                if job.sni_default and len(attached(self.world, server)) > 1:
                    assert defaults(self.world, server) == [job.profile]

    def concerns(self, job: Job) -> set[str]:
        """Return the virtual servers whose SNI default may change with that of a certificate: by shared profiles."""
        of = {server: attached(self.world, server) for server in SERVERS}
        found = {*job.virtual_servers, *(server for server in SERVERS if job.profile in of[server])}
        while more := {server for server in SERVERS if any(of[server] & of[other] for other in found)} - found:
            found |= more
        return found


def test_one_sni_default_whoever_does_what() -> None:
    walks(Shared, 4, 8)
