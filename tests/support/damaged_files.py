"""The samples and the env file, damaged as hands and editors damage them: reading them never ends in a traceback.

``python -m tests.support.damaged_files 5000`` tries that many of each; PROPERTY_SEED=N draws others.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.configuration.environment.reading import paths_despite_mistakes, read_settings
from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.errors import ConfigurationError
from tests.support.properties import generated

ROOT = Path(__file__).parents[2]
SAMPLES = {
    file.name: text for file in sorted((ROOT / "config").glob("*.yaml")) if "\ndevices:" in (text := file.read_text())
}
CREDENTIALS = (ROOT / "config" / "credentials" / "bigip-fra.yaml").read_text()
ENV = (ROOT / "env.example").read_text()
UNTOUCHED = SAMPLES["smallest.yaml"].replace("bigip-fra\n", "untouched\n").replace("192.0.2.", "198.51.100.")
FORTHRIGHT = "www.example.com@untouched"
PIECES = [  # each has broken a reader, here or elsewhere
    *("<<: *x", "&x", "*x", "&x [*x]", "!!binary |", "!!set", "!!timestamp 5", "!!int ''", "!!float ''", "!!int zz"),
    *("!!bool maybe", "!!null x", "!!timestamp ''", "!x", "? ", "- ", "[", "]", "{", "}", ": ", "~", "yes", "0o17"),
    *("1_000", "1:2", "1e999", ".inf", ".nan", "9" * 5000, "2026-13-45", "2026-11-25", "\t", "\x00", "\ufeff", "\x85"),
    *("\u2028", "\ud7ff", "'", '"', "\\", "|", ">", "%YAML 1.2", "%TAG ! x", "---", "...", "é", "*.é.com", "=", "# "),
    *("x" * 300, "/", "..", "~/x", "\r", "- " * 1500, "host: []", "host: [[]]", "keys: 5", "keys: [{type: rsa}]"),
    *(
        "dns_options: {a: [1]}",
        "credentials_file: .",
        "credentials_file: /proc/self/mem",
        "credentials_file: /dev/zero",
    ),
    *("credentials_file: pipe", "verify_tls: pipe", "verify_tls: /dev/zero", "verify_tls: .", "sans: &x [*x]"),
    *("certificates: &x {y: *x}", "devices: 5", "virtual_servers: all", "common_name: " + "a." * 126 + "com"),
    *(
        "export ",
        "${X}",
        "ACME_SERVER=https://[::1",
        "ACME_SERVER=https://a:99999/",
        "STATE_DIR=\x01",
        "LOG_FILE='a\nb'",
    ),
    *("ACME_CA_BUNDLE=/dev/zero", "ACME_CA_BUNDLE=pipe", "HTTPS_PROXY=http://[::1", "NO_PROXY=*", "https_proxy=x"),
]


@st.composite
def damaged(draw: st.DrawFn, text: str) -> bytes:
    """Return the text after up to four edits: a piece put in or in place of a value, a line or some characters lost."""
    for _ in range(draw(st.integers(1, 4))):
        lines = text.split("\n")
        number, at = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(text)))
        piece, line = draw(st.sampled_from(PIECES)), lines[number]
        kind = draw(st.sampled_from(("put in", "own line", "value", "lost line", "lost characters")))
        if kind == "put in":
            text = text[:at] + piece + text[at:]
        elif kind == "own line":
            lines.insert(number, " " * (len(line) - len(line.lstrip())) + piece)
        elif kind == "value":
            lines[number] = line.partition(":")[0] + ": " + piece
        elif kind == "lost line":
            del lines[number]
        else:
            text = text[:at] + text[at + draw(st.integers(1, 30)) :]
        text = "\n".join(lines) if kind in ("own line", "value", "lost line") else text
    return text.encode(draw(st.sampled_from(("utf-8", "utf-8", "utf-8", "utf-16", "latin-1"))), "replace")


def configurations() -> st.SearchStrategy[tuple[bytes, bytes]]:
    """Draw a damaged sample and a damaged credentials file."""
    return st.tuples(st.sampled_from(sorted(SAMPLES.values(), key=len)).flatmap(damaged), damaged(CREDENTIALS))


def must_be_read(directory: Path, sample: bytes, credentials: bytes) -> None:
    """Check that every message is one line about a file, and that the file beside the damaged one counts."""
    (directory / "credentials").mkdir(exist_ok=True)
    for name, content in {
        "a.yaml": sample,
        "z.yaml": UNTOUCHED.replace("credentials/bigip-fra", "credentials/good").encode(),
        "credentials/bigip-fra.yaml": credentials,
        "credentials/good.yaml": CREDENTIALS.encode(),
    }.items():
        (directory / name).write_bytes(content)
    read = read_configuration(directory)
    assert [job.label for job in read.jobs if job.place.file.name == "z.yaml"] == [FORTHRIGHT]
    for message in (*read.mistakes, *read.warnings):
        assert message.isprintable()
        assert message.startswith(str(directory))


def must_be_read_or_refused(file: Path, content: bytes) -> None:
    """Check that an env file has settings, or a mistake of one line that names it."""
    file.write_bytes(content)
    paths_despite_mistakes(file, {})
    try:
        read_settings(file, {})
    except ConfigurationError as error:
        message = str(error)
    else:
        return
    assert message.startswith(str(file))
    assert message.isprintable()


def main(arguments: list[str]) -> None:
    """Try as many files of each kind as the command line says."""
    number = int(arguments[0]) if arguments else 5000
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        tried: list[Callable[[], None]] = [
            generated(number)(given(configurations())(lambda files: must_be_read(directory, *files))),
            generated(number)(given(damaged(ENV))(lambda content: must_be_read_or_refused(directory / "env", content))),
        ]
        for attempt in tried:
            attempt()
    sys.stdout.write(f"{number} configurations and {number} env files: 0 tracebacks\n")


if __name__ == "__main__":
    main(sys.argv[1:])
