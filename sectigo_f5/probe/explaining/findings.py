"""The findings of a report by question and name; pure."""

from __future__ import annotations

from dataclasses import dataclass

from sectigo_f5.probe.catalogue.nouns import NO, REJECTED, WORKS, YES
from sectigo_f5.probe.nouns import Report


@dataclass(frozen=True)
class Findings:
    """What a report has found; None wherever it has not."""

    report: Report

    def word(self, question: str, finding: str) -> str | None:
        """Return a finding as text."""
        entry = self.report.entry(question)
        found = None if entry is None else entry.findings.get(finding)
        return None if found is None else str(found)

    def works(self, question: str, finding: str) -> bool | None:
        """Tell whether something works; None if that is not known."""
        return {WORKS: True, YES: True, REJECTED: False, NO: False}.get(self.word(question, finding) or "")
