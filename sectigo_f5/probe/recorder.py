"""Notes each request and its answer while a question is asked, without anything that is the operator's."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from sectigo_f5.icontrol.answers import json_object, message, succeeded
from sectigo_f5.icontrol.call import Call
from sectigo_f5.probe.nouns import Exchange, Text
from sectigo_f5.probe.redaction import Redactor


class Recorder:
    """What was sent and answered since the last :meth:`taken`; it watches a login session."""

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self._exchanges = list[Exchange]()

    def note(self, call: Call, answer: requests.Response | None, seconds: float) -> None:
        """Note one exchange; ``answer`` is None if none came."""
        body = {} if answer is None else json_object(answer)
        refused = answer is not None and not succeeded(answer)
        self.redactor.learn(body)
        self._exchanges.append(
            Exchange(
                method=call.method,
                path=self.redactor.path(call.shown_path),
                query={name: self.redactor.query(name, value) for name, value in call.query.items()},
                sent=None if call.body is None else self.redactor.shape(call.body),
                status=0 if answer is None else answer.status_code,
                message=self.redactor.message(message(answer)) if answer is not None and refused else "",
                answered=None if not body else self.redactor.shape(body),
                values=self.redactor.values(body),
                seconds=round(seconds, 3),
            )
        )

    def taken(self) -> list[Exchange]:
        """Return what was noted, and begin with nothing again."""
        taken, self._exchanges = self._exchanges, []
        return taken

    def text(self, status: int, words: str, names: Mapping[str, str]) -> Text:
        """Return a refusal's words with placeholders for names of ours: ``{path}`` for ``path``."""
        for name, value in sorted(names.items(), key=lambda pair: -len(pair[1])):
            words = words.replace(value, f"{{{name}}}")
        return Text(status, self.redactor.message(words.removeprefix("transaction failed:")))
