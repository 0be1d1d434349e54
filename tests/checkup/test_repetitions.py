"""What several certificates have in common is said once."""

from __future__ import annotations

from sectigo_f5.checkup.repetitions import RESULT, Told
from sectigo_f5.report.looks import ACME, CERTIFICATE, DEVICE, Group, Look, doubtful, well, wrong

NO_SHELL = doubtful("role and shell", "no shell")


def certificate(name: str, *looks: Look) -> Group:
    return Group(CERTIFICATE, name, looks)


def told_by(group: Group) -> list[str]:
    return [look.told_by for look in group.looks]


def test_what_the_first_certificate_says_is_not_said_again() -> None:
    told = Told([])
    first, second = certificate("a@f5", NO_SHELL), certificate("b@f5", NO_SHELL, wrong("partition", "none"))
    assert told_by(told.once(first, "f5")) == [""]
    assert told_by(told.once(second, "f5")) == ["a@f5", ""]


def test_another_bigip_says_it_for_itself() -> None:
    told = Told([])
    told.once(certificate("a@f5", NO_SHELL), "f5")
    assert told_by(told.once(certificate("b@f6", NO_SHELL), "f6")) == [""]


def test_what_is_wrong_with_a_bigip_is_said_under_each_of_its_names() -> None:
    told = Told([Group(DEVICE, "f5", (wrong("login", "no answer"),), also=("same",))])
    for name in ("f5", "same"):
        group = told.once(certificate(f"a@{name}", wrong(RESULT, "no answer")), name)
        assert told_by(group) == ["f5 and same"]


def test_what_is_wrong_with_every_unit_is_said_there() -> None:
    told = Told([Group(DEVICE, "f5", (wrong("login", text),), unit=text) for text in ("one", "two")])
    assert told_by(told.once(certificate("a@f5", wrong(RESULT, "one; two")), "f5")) == ["f5 one"]


def test_the_ca_is_the_same_everywhere() -> None:
    told = Told([Group(ACME, "ACME server", (wrong("clock", "two hours off"),))])
    assert told_by(told.once(certificate("a@f5", wrong("clock", "two hours off")), "f5")) == ["ACME server"]


def test_what_is_well_is_said_by_each() -> None:
    told = Told([])
    told.once(certificate("a@f5", well("partition", "Common")), "f5")
    assert told_by(told.once(certificate("b@f5", well("partition", "Common")), "f5")) == [""]
