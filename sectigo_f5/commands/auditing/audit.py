"""``audit``: who has changed what, and when, and whether anybody has changed the trail since; reads no device."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from sectigo_f5.commands.auditing import since
from sectigo_f5.commands.auditing.sentences import HEADING, findings, sentence
from sectigo_f5.commands.options import Options
from sectigo_f5.configuration.selection import labels_that_match
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.model import Settings
from sectigo_f5.report import results, stdout
from sectigo_f5.report.answer import Answer
from sectigo_f5.timestamps import to_precise_iso
from sectigo_f5.trail import reading
from sectigo_f5.trail.chain import Verified, verified
from sectigo_f5.trail.nouns import Line
from sectigo_f5.trail.volumes import every_line, volumes

logger = logging.getLogger(__name__)


def audit(options: Options, settings: Settings, clock: Callable[[], datetime]) -> int:
    """Show the trail, or verify it; returns the exit code. Raises :class:`ConfigurationError` if it cannot be read."""
    try:
        if options.verify:
            return _verify(options, settings.state_dir, clock)
        return _show(options, settings.state_dir, clock)
    except (OSError, EOFError) as error:
        name = getattr(error, "filename", None) or settings.state_dir
        raise ConfigurationError(f"the trail {name} cannot be read ({error}); run as its owner") from error


def _verify(options: Options, state_dir: Path, clock: Callable[[], datetime]) -> int:
    started, found = clock(), verified(every_line(state_dir))
    code = results.EXIT_FAILED if found.breaks else 0
    breaks, files = [str(each) for each in found.breaks], len(volumes(state_dir))
    if options.json:
        more = {"verified": _as_json(found, files)}
        stdout.say(Answer(options.command, started, clock(), code, errors=breaks, more=more).to_json())
        return code
    for each in breaks:
        logger.error("%s", each)
    if breaks or not options.quiet:
        stdout.say("\n".join([*findings(found, files), *breaks]))
    return code


def _as_json(found: Verified, files: int) -> dict[str, object]:
    return {
        "lines": found.lines,
        "files": files,
        "head": {"number": found.head.number, "sha256": found.head.sha256},
        "first": found.first,
        "before": found.before,
        "closed": [str(place) for place in found.marks],
        "cut": found.is_cut,
    }


def _show(options: Options, state_dir: Path, clock: Callable[[], datetime]) -> int:
    started = clock()
    wanted = reading.lines(state_dir, _chosen(options, state_dir, started))
    if options.json:
        answer = Answer(options.command, started, clock(), 0)
        stdout.say_all(answer.with_list("lines", (line.record for line in wanted)))
    else:
        stdout.say_all(_table(wanted, options.quiet))
    return 0


def _chosen(options: Options, state_dir: Path, now: datetime) -> Callable[[Line], bool]:
    """Return which lines ``--since`` and ``--only`` choose; for the latter the trail is read once before."""
    begin = to_precise_iso(since.moment(options.since, now)) if options.since else ""
    if not options.only:
        return lambda line: line.time >= begin
    every = {label_of(line) for line in reading.lines(state_dir)}
    labels = labels_that_match(sorted(every), options.only, "in the trail")
    return lambda line: line.time >= begin and label_of(line) in labels


def label_of(line: Line) -> str:
    """Return the certificate of a line, or ``@device`` for what belongs to a BIG-IP alone."""
    return line.certificate or f"@{line.device}"


def _table(lines: Iterable[Line], quiet: bool) -> Iterator[str]:
    number = 0
    for number, line in enumerate(lines, 1):
        if number == 1:
            yield HEADING
        yield sentence(line)
    if not number and not quiet:
        yield "nothing was changed from here, as far as the trail tells"
