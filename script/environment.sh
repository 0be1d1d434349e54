# Sets up what a command needs: programs and a virtual environment. Bash, sourced by the other scripts.
# shellcheck shell=bash
# Every failure says in plain words what is missing and how to get it.

SUPPORTED=(3.14 3.13 3.12 3.11 3.10) # versions of Python, as in pyproject.toml

say() { printf '%s\n' "$*" >&2; }

# give_up SENTENCE REMEDY...
give_up() {
    say "${0##*/}: $1"
    shift
    for line in "$@"; do say "  $line"; done
    exit 1
}

# prepare DIRECTORY REQUIREMENTS PROGRAM[|PROGRAM]:PACKAGE...: names or installs everything that is missing, all at once.
prepare() {
    local directory=$1 requirements=$2 python
    shift 2
    python=$(find_python) || exit 1
    find_missing "$directory" "$python" "$@"
    if ((${#missing[@]} > 0)); then
        install_packages "${missing[@]}"
        find_missing "$directory" "$python" "$@"
        ((${#missing[@]} == 0)) || give_up "still missing after their installation: ${missing[*]}" \
            "Is another program of that name first in PATH, or another Python? PYTHON=/usr/bin/python3 $0"
    fi
    make_environment "$directory" "$python"
    install_requirements "$directory" "$requirements"
}

# find_missing DIRECTORY PYTHON PROGRAM:PACKAGE...: fills the array `missing` with Debian's package names.
find_missing() {
    local directory=$1 python=$2 pair
    shift 2
    missing=()
    works "$directory" || can_make_environments "$python" || missing+=(python3-venv)
    for pair in "$@"; do
        has_one_of "${pair%:*}" || [[ " ${missing[*]} " == *" ${pair#*:} "* ]] || missing+=("${pair#*:}")
    done
}

# has_one_of PROGRAM[|PROGRAM]: is one of them in PATH?
has_one_of() {
    local program
    for program in ${1//|/ }; do command -v "$program" >/dev/null && return; done
    return 1
}

# install_packages PACKAGE...: on Debian or Ubuntu, as root; otherwise says what to do.
install_packages() {
    local hint="apt-get update && apt-get install -y --no-install-recommends $*"
    command -v apt-get >/dev/null ||
        give_up "missing: $*" "These are Debian's package names; install what they contain." "On Debian or Ubuntu: $hint"
    [ "$(id -u)" = 0 ] || give_up "missing: $*" "Run this once as root, then try again:" "$hint"
    say "installing $*"
    # Debian starts the services of a package that it installs. Of Prometheus, promtool is all that is needed.
    [[ " $* " != *" prometheus "* || ! -d /run/systemd/system ]] || systemctl --quiet mask prometheus.service
    DEBIAN_FRONTEND=noninteractive apt-get -qq update >&2 </dev/null &&
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >&2 </dev/null ||
        give_up "apt-get could not install $*" "Its messages are above; when the cause is fixed: $hint"
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; }

# is_version PYTHON VERSION: a name in PATH may be a shim of pyenv, which fails unless that version is selected.
is_version() { [ "$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$2" ]; }

# Debian keeps ensurepip, without which venv fails, in a package of its own.
can_make_environments() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

suits() { :; } # may be replaced by what else a Python must be

# find_python: prints the first Python that is new enough; $PYTHON comes first.
find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 "${SUPPORTED[@]/#/python}"; do
        if is_new_enough "$candidate" && suits "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    give_up "Python 3.10 or newer is needed and was not found" \
        "On Debian 12, Ubuntu 22.04 and newer: apt-get install python3 python3-venv" \
        "On RHEL 8 and 9 and what is made of them: dnf install python3.11" \
        "If it is installed elsewhere: PYTHON=/path/to/python3 $0"
}

# find_version VERSION: prints a Python of that version, from PATH or pyenv; fails if there is none.
find_version() {
    local candidate
    for candidate in "python$1" "${PYENV_ROOT:-${HOME-}/.pyenv}/versions/$1".*/bin/"python$1"; do
        if is_version "$candidate" "$1"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# works DIRECTORY: is there a virtual environment, and has no upgrade of its Python broken it?
works() { is_new_enough "$1/bin/python" && "$1/bin/python" -m pip --version >/dev/null 2>&1; }

# make_environment DIRECTORY PYTHON
make_environment() {
    works "$1" && return
    say "creating the virtual environment ${1##*/}"
    "$2" -m venv --clear "$1" >&2 || give_up "the virtual environment $1 cannot be created" "The messages of $2 are above."
}

# wanted REQUIREMENTS: prints what is noted in an environment once they are installed.
wanted() { echo "$1 $(cat requirements*.txt | cksum)"; }

# is_filled DIRECTORY REQUIREMENTS: are they installed there, and have not changed since?
is_filled() { [ "$(cat "$1/installed" 2>/dev/null)" = "$(wanted "$2")" ] && works "$1"; }

# install_requirements DIRECTORY REQUIREMENTS
install_requirements() {
    ! is_filled "$1" "$2" || return 0
    say "installing $2; the first time this takes a minute"
    # twice if the first attempt fails: networks hiccup
    "install_by_${INSTALLER:-pip}" "$1" "$2" || { say "trying once more" && install_by_pip "$1" "$2"; } ||
        give_up "pip could not install $2" "Its messages are above. Behind a mirror: PIP_INDEX_URL=https://... $0"
    wanted "$2" >"$1/installed"
}

# Not compiled beforehand: that takes half the time, and most modules are never imported.
install_by_pip() {
    "$1/bin/python" -m pip install -qq --disable-pip-version-check --no-input --no-compile --require-hashes -r "$2" \
        >&2 </dev/null
}

# uv takes a quarter of pip's time, but does not read pip's settings: where they are needed, pip is the second attempt.
install_by_uv() {
    works .venv-uv || "$1/bin/python" -m venv --clear .venv-uv >&2 &&
        install_by_pip .venv-uv requirements-uv.txt &&
        .venv-uv/bin/uv pip install --quiet --system-certs --python "$1/bin/python" --require-hashes --requirement "$2" >&2 </dev/null
}

# forget_settings: the settings that the caller's shell holds for real work must not reach a test or the demo.
forget_settings() {
    unset ACME_SERVER ACME_EAB_KID ACME_EAB_HMAC_KEY ACME_EAB_HMAC_KEY_FILE ACME_EMAIL ACME_CA_BUNDLE SECTIGO_ENV_FILE
    unset LOG_LEVEL LOG_FILE STATE_DIR METRICS_FILE RUN_TIME_LIMIT JOB_COMPLETION_INDEX
    unset LOG_FORMAT NOTIFY_URLS HEARTBEAT_URL JOURNAL_STREAM CREDENTIALS_DIRECTORY
    unset PYTHONDONTWRITEBYTECODE # each program that is started would compile the connector once more
    unset REQUESTS_CA_BUNDLE CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR PYTHONPATH PYTHONHOME
    export NO_PROXY="localhost,127.0.0.0/8,::1${NO_PROXY:+,$NO_PROXY}"
    export no_proxy=$NO_PROXY
}
