"""What came of a probe: the report, in a file or printed, and a summary for people."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from sectigo_f5.commands.session import Session
from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import write_as_named
from sectigo_f5.probe.asking import WORDS, Probed
from sectigo_f5.probe.nouns import Entry, Outcome, Report
from sectigo_f5.probe.report_file import as_json, as_text
from sectigo_f5.report import results, stdout

logger = logging.getLogger(__name__)

LONGEST = 200  # characters of a reason in the summary; the report has all of it
MODE = 0o600  # of the file; an existing one keeps its own


def tell(session: Session, where: str, probed: Probed) -> int:
    """Write or print the report, and say what is left; returns the exit code. ``where`` it was asked."""
    options, problems = session.options, list(_problems(session, probed))
    for problem in problems:
        logger.error("%s", problem)
    unwritten = _unwritten(options.output, probed.report) if options.output else None
    code = _exit_code(session, probed, bool(problems or unwritten))
    if options.json:
        errors = [*problems, *filter(None, [unwritten])]
        session.print_json([], session.run.clock(), code, errors, {"report": as_json(probed.report)})
    elif unwritten or not options.output:
        stdout.say(as_text(probed.report).rstrip("\n"))
    elif code or not options.quiet:
        stdout.say("\n".join(_summary(where, probed, options.output)))
    return code


def _problems(session: Session, probed: Probed) -> Iterator[str]:
    """Yield why the exit code is not 0."""
    for thing in probed.left:
        yield f"{thing.name} could not be deleted; delete it on the BIG-IP: {thing.by_hand}"
    if probed.course.unasked:
        yield f"not everything was asked: {probed.course.unasked}"
    if session.run.recorder.problem:
        yield session.run.recorder.problem


def _exit_code(session: Session, probed: Probed, failed: bool) -> int:
    if probed.course.bugs:
        return results.EXIT_BUG
    if session.configuration.mistakes:
        return results.EXIT_CONFIGURATION
    return results.EXIT_FAILED if failed else 0


def _unwritten(file: Path, report: Report) -> str | None:
    """Write the report; returns why that is not possible, and that it is printed therefore."""
    try:
        write_as_named(file, as_text(report), MODE)
    except OSError as error:
        problem = f"--output {file}: cannot be written ({error.strerror})"
    except ConnectorError as error:
        problem = f"--output {file}: {error}"
    else:
        return None
    logger.error("%s; the report is printed instead", problem)
    return problem


def _summary(where: str, probed: Probed, file: Path) -> Iterator[str]:
    entries = probed.report.entries
    counts = Counter(entry.outcome for entry in entries)
    told = ", ".join(f"{counts[outcome]} {_word(outcome)}" for outcome in Outcome if counts[outcome])
    yield f"{where}: {len(entries)} questions, {told}"
    yield from _unanswered(entries)
    if not probed.left:
        yield "nothing is left on the BIG-IP, and nothing else was changed there"
    for thing in probed.left:
        yield f"LEFT on the BIG-IP: {thing.name}; delete it there: {thing.by_hand}"
    yield f"the report is in {file}; what it says: start_acme.py probe --explain {file}"
    yield "it names nothing of yours; please send it in, as docs/real-devices.md says"


def _unanswered(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield a line for each reason why questions are not answered."""
    reasons = defaultdict[tuple[Outcome, str], list[str]](list)
    for entry in entries:
        if entry.outcome is not Outcome.ANSWERED:
            reasons[entry.outcome, entry.because].append(entry.question)
    for (outcome, because), questions in reasons.items():
        short = because if len(because) <= LONGEST else f"{because[:LONGEST]}…"
        yield f"  {_word(outcome)}: {', '.join(questions)}{f' ({short})' if short else ''}"


def _word(outcome: Outcome) -> str:
    return WORDS.get(outcome, str(outcome))
