"""Every question, in the order in which they are asked."""

from __future__ import annotations

from sectigo_f5.probe.catalogue import changes, keys, profiles, sessions, virtual_servers

QUESTIONS = (
    *sessions.SESSION,
    *keys.KEYS,
    *keys.CERTIFICATES,
    *profiles.PROFILES,
    *virtual_servers.VIRTUAL_SERVERS,
    *changes.TRANSACTIONS,
    *changes.SAVING,
)
AFTERWARDS = ("save",)  # asked once everything is deleted: nothing of a probe is ever saved
BY_NAME = {question.name: question for question in QUESTIONS}
