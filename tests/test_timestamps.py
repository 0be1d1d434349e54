"""Times as text, and back."""

from datetime import datetime, timezone

import pytest

from sectigo_f5 import timestamps

MOMENT = datetime(2026, 11, 23, 15, 38, 13, tzinfo=timezone.utc)


def test_iso_times_are_written_and_read() -> None:
    assert timestamps.to_iso(MOMENT) == "2026-11-23T15:38:13Z"
    assert timestamps.from_iso("2026-11-23T15:38:13Z") == MOMENT
    assert timestamps.to_iso(MOMENT.replace(year=26, microsecond=999_999)) == "0026-11-23T15:38:13Z"


def test_stamps_are_written_and_read() -> None:
    assert timestamps.to_stamp(MOMENT) == "20261123T153813Z"
    assert timestamps.from_stamp("20261123T153813Z") == MOMENT


@pytest.mark.parametrize("text", ["", "2026-11-23", "20261123T153813Z"])
def test_other_text_is_not_read_as_an_iso_time(text: str) -> None:
    with pytest.raises(ValueError, match="does not match format"):
        timestamps.from_iso(text)
