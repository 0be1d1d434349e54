"""A private key stays on the BIG-IP: no answer and no request carries it, and nothing of it is left on this host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.simulator.rest import wire
from tests.secrecy.stage import opened
from tests.support.canaries import Canaries

BEGIN = b"PRIVATE KEY-----"


@pytest.mark.parametrize("switches", [{}, {"native_password_keys": "rejected"}], ids=["native", "openssl"])
def test_no_private_key_leaves_the_device(tmp_path: Path, switches: dict[str, Any]) -> None:
    answers, send = list[bytes](), wire.Conversation._send  # noqa: SLF001  # all that is sent

    def noted(conversation: Any, answer: Any, content: bytes) -> None:
        answers.append(content)
        send(conversation, answer, content)

    with pytest.MonkeyPatch.context() as patch, opened(tmp_path, **switches) as stage:
        patch.setattr(wire.Conversation, "_send", noted)
        stage.run()
        keys, canaries = [content for _, content in stage.files(stage.disk) if BEGIN in content], Canaries()
        assert any(b"ENCRYPTED" in key for key in keys), "the key is on the device, and under its passphrase"
        for line in (line for key in keys for line in key.decode().splitlines() if len(line) == 64):
            canaries.add("a line of the key", line)
        sent, left = [request.content for request in stage.requests], [held for _, held in stage.files(tmp_path)]
        assert all((answers, sent, left))
        assert [content for content in (*answers, *sent, *left) if BEGIN in content or canaries.found_in(content)] == []
