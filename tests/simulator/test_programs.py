"""Programs on the device: ``util/bash`` and ``util/unix-*``."""

from __future__ import annotations

from tests.simulator.rest import Rest


def test_bash_is_real_and_sees_the_paths_of_the_device(rest: Rest) -> None:
    output = rest.bash(
        "umask 077; echo secret > /var/tmp/f && cat < /var/tmp/f; ls /var/tmp; stat -c %a /var/tmp/f; pwd"
    )
    assert output == "secret\nf\n600\n/root\n"
    assert rest.bash('d=$(mktemp -d /shared/x.XXXXXX); echo "${d%.*}"; rm -r "$d"; ls /shared') == "/shared/x\n"
    assert rest.bash("cat /etc/passwd /config/../../../etc/passwd 2>&1 | wc -l") == "2\n"
    assert "No such file" in rest.bash("cat /nonexistent")


def test_openssl_runs_on_the_device(rest: Rest) -> None:
    rest.upload("p", b"a passphrase")
    output = rest.bash(
        "cd /var/tmp; openssl genrsa -aes256 -passout file:/var/config/rest/downloads/p -out k.pem 2048 2>/dev/null; "
        "openssl req -new -key k.pem -passin file:/var/config/rest/downloads/p -subj /CN=x; head -n 1 /var/tmp/k.pem"
    )
    assert "BEGIN CERTIFICATE REQUEST" in output
    assert "BEGIN ENCRYPTED PRIVATE KEY" in output
    assert all("a passphrase" not in line for line in rest.device.audit)


def test_bash_answer_has_a_result_only_if_something_was_printed(rest: Rest) -> None:
    answer = rest.post("util/bash", {"command": "run", "utilCmdArgs": "-c 'true'"})
    assert answer == {"kind": "tm:util:bash:runstate", "command": "run", "utilCmdArgs": "-c 'true'"}
    answer = rest.post("util/bash", {"command": "run", "utilCmdArgs": "echo hello"})
    assert answer["commandResult"] == 'Required format is "-c <bash command and arguments>"\n'
    status, message = rest.refusal("POST", "util/bash", {"command": "run", "utilCmdArgs": "-c 'echo"})
    assert (status, "quotes are not balanced" in message) == (400, True)


def test_audit_log_has_every_command_line(rest: Rest) -> None:
    rest.bash("echo hello")
    rest.post("util/unix-ls", {"command": "run", "utilCmdArgs": "/shared"})
    assert rest.device.audit == ["bash -c 'echo hello'", "unix-ls /shared"]
