"""What the benchmarks measure is what they say: devices are filled, and a run over them has nothing to do."""

from __future__ import annotations

from pathlib import Path

from benchmarks.idle import idle
from benchmarks.issuing import from_key_to_save, rehearsed
from benchmarks.options import Options
from benchmarks.scene.connector import in_service
from benchmarks.scene.contents import Contents, arrange, names
from benchmarks.scene.devices import Call
from sectigo_f5.simulator import SimulatedBigIP
from sectigo_f5.simulator.state.configuration import Json


def test_a_device_holds_what_was_asked_for_and_no_pattern(tmp_path: Path) -> None:
    with SimulatedBigIP() as device:
        arrange(device, Contents(ours=3, certificates=5, servers=2), "fra", tmp_path)

        def paths(kind: str) -> list[str]:
            items: list[Json] = device.get(f"/mgmt/tm/{kind}")["items"]
            return [item["fullPath"] for item in items]

        ours, servers = names(3, "fra"), paths("ltm/virtual")
        assert [f"/Common/vs_{name}" for name in ours] == [path for path in servers if "www" in path]
        assert len(servers) == 3 + 2
        assert len([path for path in paths("sys/file/ssl-key") if "theirs" in path]) == 5
        assert [
            path for kind in ("sys/file/ssl-cert", "ltm/virtual") for path in paths(kind) if "template" in path
        ] == []
        profiles = device.get("/mgmt/tm/ltm/profile/client-ssl")["items"]
        (first,) = (one for one in profiles if one["name"] == f"{ours[0]}_clientssl")
        assert first["cert"].startswith(f"/Common/{ours[0]}_")
        assert device.saved_is_current
        assert len(list(tmp_path.rglob("*_chain.pem"))) == 3
        assert [one["virtual_servers"] for one in in_service(1, "fra")] == [[f"vs_{ours[0]}"]]


def test_a_run_on_a_filled_device_has_nothing_to_do_and_is_counted() -> None:
    found = idle(Options(latency=0), [Contents(ours=2, certificates=3, servers=1)], times=1)
    (traffic,) = found.traffic
    assert traffic.requests >= 4  # login, logout, and a look
    assert traffic.size == found.size > 1000
    assert (found.cost.cpu > 0, found.cost.peak > 1e6) == (True, True)


def test_requests_are_counted_from_the_key_to_the_save_and_the_rehearsal_apart() -> None:
    def calls(*lines: str, agent: str = "") -> list[Call]:
        return [Call(method, path, agent, 1) for method, path in map(str.split, lines)]

    profile, transaction = "/mgmt/tm/ltm/profile/client-ssl/~Common~x", "/mgmt/tm/transaction"
    before = calls("POST /mgmt/shared/authn/login", "GET /mgmt/tm/ltm/virtual")
    key = calls("POST /mgmt/tm/sys/crypto/key", "GET /mgmt/tm/sys/file/ssl-key/~Common~x.key")
    tried = calls("POST /mgmt/shared/file-transfer/uploads/x", f"POST {transaction}")
    tried += [Call("PATCH", f"{transaction}/1", "", 1, validates_only=True)]
    tried += calls(f"DELETE {transaction}/1", f"GET {profile}")
    plugin = calls("POST /mgmt/tm/ltm/rule", agent="python-requests/2 f5-icontrol-rest-python/1.3.13")
    changed = calls("GET /mgmt/tm/cm/failover-status", f"POST {transaction}", "POST /mgmt/tm/sys/config")
    after = calls("GET /mgmt/tm/cm/sync-status")
    asked = from_key_to_save([*before, *key, *tried, *plugin, *changed, *after])
    assert asked == [*key, *tried, *changed]
    assert rehearsed(asked) == len(tried)
    assert rehearsed([*key, *changed]) == 0
