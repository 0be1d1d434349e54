"""What client SSL profiles are called: never by a name that begins with a digit, never two alike."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.configuration.checks import certificate_name_fault
from sectigo_f5.model import base_of
from sectigo_f5.profile_names import base_of_profile, profile_names
from tests.support import builders
from tests.support.properties import generated


def test_a_digit_first_name_gets_letters_in_front() -> None:
    assert profile_names("7days.example.com") == ("cn_7days.example.com_clientssl", "7days.example.com_clientssl")
    assert profile_names("www.example.com") == ("www.example.com_clientssl",)


def test_the_prefix_is_no_part_of_a_host_name() -> None:
    assert certificate_name_fault("cn_7days.example.com") is not None


def test_a_profile_of_somebody_else_has_no_base() -> None:
    assert [base_of_profile(name) for name in ("clientssl", "www.example.com", "shop_server")] == [None, None, None]


LABELS = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=3)
COMMON_NAMES = st.builds("{}{}{}".format, st.sampled_from(["", "*.", "cn.", "cn-", "xn--"]), LABELS, st.just(".com"))


@given(name=COMMON_NAMES)
@generated(300)
def test_profile_names_begin_with_a_letter_and_lead_back(name: str) -> None:
    names = profile_names(base_of(name))
    assert names[0][0].isalpha()
    assert {base_of_profile(each) for each in names} == {base_of(name)}


@given(one=COMMON_NAMES, other=COMMON_NAMES)
@generated(300)
def test_two_common_names_never_have_one_profile(one: str, other: str) -> None:
    of_one, of_other = (set(builders.job(name).profiles) for name in (one, other))
    assert of_one.isdisjoint(of_other) or base_of(one) == base_of(other)
