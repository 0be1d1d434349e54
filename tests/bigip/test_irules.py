"""Which iRules may answer a request before that of the challenge, judged by their text alone."""

import pytest

from sectigo_f5.bigip.virtual_servers.irules import answering_first

GO = 'HTTP::redirect "https://[HTTP::host][HTTP::uri]"'


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        (f"when HTTP_REQUEST priority 50 {{ {GO} }}", 50),
        (f"when HTTP_REQUEST priority 100 {{\n  {GO}\n}}", 100),
        (f"when HTTP_REQUEST priority 101 {{ {GO} }}", None),
        (f"when HTTP_REQUEST {{ {GO} }}", None),
        (f"priority 10\nwhen HTTP_REQUEST {{ {GO} }}", 10),
        (f"priority 10\nwhen HTTP_REQUEST priority 900 {{ {GO} }}", None),
        (f"when HTTP_REQUEST timing on priority 1 {{ {GO} }}", 1),
        ("when HTTP_REQUEST priority 1 {\n  HTTP::respond 503 content maintenance\n}", 1),
        ("when HTTP_REQUEST priority 1 { if { [class match [IP::client_addr] eq bad] } { reject } }", 1),
        ("when HTTP_REQUEST priority 1 {\n  drop\n}", 1),
        ("when HTTP_REQUEST priority 1 { log local0. [HTTP::uri] }", None),
        ("when HTTP_REQUEST priority 1 { log local0. rejected }", None),
        (f"when HTTP_REQUEST priority 1 {{\n  # {GO}\n  pool p\n}}", None),
        (f"when HTTP_RESPONSE priority 1 {{ {GO} }}\nwhen HTTP_REQUEST {{ {GO} }}", None),
        (f"when HTTP_REQUEST priority 1 {{ pool p }}\nwhen HTTP_REQUEST priority 90 {{ {GO} }}", 90),
        ("", None),
    ],
)
def test_irules_that_may_answer_before_the_challenge_are_detected(text: str, priority: int | None) -> None:
    assert answering_first(text) == priority
