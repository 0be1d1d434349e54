"""No secret is on any surface, during a run or after it, whatever the run has met; and the search would find one."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest

from sectigo_f5.bigip import ha_group
from sectigo_f5.probe.making import keys
from sectigo_f5.probe.questions import csrs, openssl
from sectigo_f5.probe.questions.every import ASKED
from sectigo_f5.simulator import Fault
from tests.secrecy.situations import SITUATIONS, Situation
from tests.secrecy.stage import HMAC, ODD, PASSPHRASE, TOKEN, Stage, captured, opened
from tests.secrecy.surfaces import SURFACES, Surface, search
from tests.support.canaries import Canaries, unique
from tests.support.probing import asking_only

SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "base64": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(f"me:{text}".encode()).decode(),
    "URL": lambda text: quote(text, safe=""),
    "JSON": json.dumps,
    "JSON in JSON": lambda text: json.dumps(json.dumps({"x": text})),
    "HTML": html.escape,
    "hexadecimal": lambda text: text.encode().hex(),
    "repr": lambda text: repr({"x": text.encode()}),
    "its beginning": lambda text: text[:16],
    "its end": lambda text: text[-16:],
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with opened(tmp_path_factory.mktemp("stage")) as stage:
        stage.run()  # so that every surface has something on it
        yield stage


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_no_secret_is_left_or_seen_by_others(stage: Stage, situation: Situation) -> None:
    stage.forget()
    with situation.arranged(stage):
        said = stage.run(sick=situation.sick)
    assert situation.seen in said.log + "".join(file.read_text() for file in stage.folder.glob("*.log"))
    assert search(stage) == []


COMMANDS = (
    "check --verbose",
    "plan",
    "status --all --json",
    "inventory --json",
    "inventory --csv {}/items.csv",
    "inventory --html {}/items.html",
    "audit --json",
    "audit --verify",
    "rollback --only *",
    "revoke --yes --only *",
)
PROBED = ("user", "key-p256", "csr-of-key", "key-by-openssl", "certificate", "profile")


@pytest.mark.parametrize("sick", [False, True], ids=["well", "sick"])
def test_no_command_shows_a_secret(stage: Stage, sick: bool) -> None:
    """The BIG-IP is well, or refuses and quotes all that was sent, as the CA does."""
    stage.forget()
    stage.run()
    if sick:
        stage.device.fault(Fault("GET", "/sys/file/ssl-cert", action="echo:400", times=99))
        stage.world.authority.refusal = f"refused: {stage.canaries.of(HMAC)[0]}"
    said = {command: stage.say(*command.format(stage.folder).split()) for command in COMMANDS}
    stage.device.heal()
    stage.world.authority.refusal = None
    assert [command for command, output in said.items() if not output.out + output.log] == []
    assert search(stage) == []


@pytest.mark.parametrize("sick", [False, True], ids=["well", "sick"])
def test_a_probe_shows_no_secret(stage: Stage, sick: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither on this host nor in what the BIG-IP keeps, but for the token of one question, which is in its URL."""
    stage.forget()
    monkeypatch.setattr(ha_group, "connected", partial(_without_pauses, ha_group.connected))
    asking_only(monkeypatch, **{name: ASKED[name] for name in PROBED})
    for module in (keys, csrs, openssl):
        monkeypatch.setattr(module, "one_time_passphrase", captured(stage))
    if sick:
        for call in ("/crypto/", "/client-ssl", "/util/"):
            stage.device.fault(Fault("POST", call, nth=3, action="echo:400", times=99))
    report = stage.folder / "report.json"
    said = [stage.say("probe", "--yes", "--device", "bigip-sim", "--output", str(report))]
    said += [stage.say("probe", "--explain", str(report)), stage.say("probe", "--explain", str(report), "--json")]
    stage.device.heal()
    assert [output.out for output in said if not output.out] == []
    assert stage.canaries.of(PASSPHRASE)
    assert search(stage) == []


def _without_pauses(connected: Callable[..., Any], device: Any, _: object, **options: Any) -> Any:
    return connected(device, lambda _: None, **options)


# -- the search itself -----------------------------------------------------------------------------


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_a_planted_secret_is_found_on_each_surface(stage: Stage, surface: Surface) -> None:
    stage.forget()
    for name in (TOKEN, PASSPHRASE):
        stage.canaries.add(name, unique())
    newest = {name: list(texts)[-1] for name, texts in stage.canaries.known.items()}
    remove = surface.plant(stage, "\n".join(newest.values()))
    try:
        assert {(found, on) for found, on, _ in search(stage)} == {(name, surface.name) for name in newest}
    finally:
        remove()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_found_in_whatever_spelling(spelling: str) -> None:
    canaries = Canaries()
    text, _ = canaries.add("it", unique() + ODD + unique()), canaries.add("another", unique())
    assert canaries.found_in(f"before {SPELLINGS[spelling](text)} after") == {"it"}


def test_the_bytes_of_a_key_are_found_as_well() -> None:
    canaries = Canaries()
    canaries.add("key", base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("="), of_bytes=True)
    assert canaries.found_in(bytes(range(32))) == canaries.found_in(bytes(range(32)).hex()) == {"key"}
    assert canaries.found_in("nothing of it") == set()


def test_every_secret_and_every_surface_took_part(stage: Stage) -> None:
    """A search that nothing was given to would find nothing either."""
    stage.forget()
    stage.run()
    stage.run(sick=False)
    assert [name for name, texts in stage.canaries.known.items() if not texts] == []
    empty = [surface.name for surface in SURFACES if not any(content for _, content in surface.read(stage))]
    assert empty == []
