# Puts files into place for install.sh: each as a whole or not at all, and never over changes of an operator. Bash, sourced.
# shellcheck shell=bash disable=SC2154  # install.sh sets root, record, user and group

# shellcheck disable=SC2034  # install.sh reads it
dry_run='' changes=0 fresh=no units_changed=no record_changed=no unfinished=''

systemd_runs() { [ -d /run/systemd/system ]; }

# is_seen_by_service PATH: not with ProtectHome= and PrivateTmp=.
is_seen_by_service() { [[ ! $1 =~ ^/(home|root|run|tmp|var/tmp)/ ]]; }

# suits PYTHON: does the service see what it really is, behind links and pyenv?
suits() {
    is_seen_by_service "$("$1" -c 'import os, sys; print(os.path.realpath(sys.executable))' 2>/dev/null)"
}

# changeable_by_others DIRECTORY: prints the first thing in it, or above it, that others than root (or who tries a dry run)
# can change. Groups count only in it: on Debian /usr/local belongs to the group staff.
changeable_by_others() {
    local parent=$1 found us
    us=$(id -u)
    found=$(find "$1" \( ! -user root ! -user "$us" -o -perm /022 ! -type l \) -print -quit)
    while [ -z "$found" ] && [ "$parent" != / ]; do
        parent=$(dirname "$parent")
        found=$(find "$parent" -maxdepth 0 \( ! -user root ! -user "$us" -o -perm /002 ! -perm /1000 \) -print)
    done
    printf %s "$found"
}

quoted() { printf %q "$1"; }

note() { say "note: $*"; }

# change SENTENCE COMMAND...: says what is done and does it; only says so in a dry run.
change() {
    changes=$((changes + 1))
    say "${dry_run:+would }$1"
    [ -n "$dry_run" ] || "${@:2}"
}

# owner_of PATH USER GROUP: sets them, where there are such, as root; a staging directory need not know them.
owner_of() {
    [ "$(id -u)" = 0 ] || return 0
    [ -z "$root" ] || { getent passwd "$2" && getent group "$3"; } >/dev/null || return 0
    chown "$2:$3" "$1"
}

# directory PATH MODE USER GROUP: creates it. One that exists keeps its mode; what runs by root left goes to the user.
directory() {
    local owner
    if [ ! -d "$root$1" ]; then
        change "create $1 ($3:$4, $2)" new_directory "$@"
        return
    fi
    owner=$(stat -L -c %U "$root$1")
    if [ -n "$root" ] || [ "$owner" = "$3" ]; then
        return
    elif [ "$owner" = root ]; then
        change "give $1 and what is in it to $3:$4" chown -hR "$3:$4" "$1"
    else
        note "$1 belongs to $owner, and not to $3: chown -hR $3:$4 $1"
    fi
}

# new_directory PATH MODE USER GROUP: by its name there is none with other rights, even if this is killed.
new_directory() {
    local new
    new=$(beside "$1")
    rm -rf "$new"
    mkdir -m 0700 "$new"
    owner_of "$new" "$3" "$4"
    chmod "$2" "$new"
    mv -T "$new" "$root$1"
}

# beside PATH: prints the name under which a file begins; always the same, so that the next run finds what a killed one left.
beside() {
    mkdir -p "$root${1%/*}"
    printf %s "$root${1%/*}/.${1##*/}.new"
}

# kept SOURCE TARGET: a file of the configuration; one that exists is the operator's.
kept() {
    [ ! -e "$root$2" ] || return 0
    fresh=yes
    change "create $2 (root:$group, 0640)" written "$1" "$2" 0640 root "$group"
}

# written SOURCE TARGET MODE USER GROUP: nobody sees a part of it, or it with other rights.
written() {
    unfinished=$(beside "$2")
    rm -f "$unfinished"
    (umask 077 && cat "$1" >"$unfinished")
    owner_of "$unfinished" "$4" "$5"
    chmod "$3" "$unfinished"
    mv -f "$unfinished" "$root$2"
    unfinished=''
}

# The record: SHA-256 and path of each file of ours, so that a later run knows whose changes it sees.
declare -A sums=()

read_record() {
    local sum path
    [ -e "$root$record" ] || return 0
    while read -r sum path; do sums[$path]=$sum; done <"$root$record"
}

# save_record: if a run ends before, the next one finds files as it would write them, and adds them.
save_record() {
    local path lines=''
    [ "$record_changed$dry_run" = yes ] || return 0
    record_changed=no
    for path in "${!sums[@]}"; do lines+="${sums[$path]}  $path"$'\n'; done
    if [ -n "$lines" ]; then
        written <(printf %s "$lines" | sort -k 2) "$record" 0644 root root
    else
        rm -rf "$root${record:?}"
        rmdir "$root${record%/*}"
    fi
}

sum_of() { sha256sum <"$root$1" | cut -d ' ' -f 1; }

remember() {
    sums[$1]=$(sum_of "$1")
    record_changed=yes
}

# own SOURCE TARGET MODE: a file of the program; updated unless somebody has changed it here.
own() {
    local wanted verb=create
    wanted=$(adapted "$1")
    if [ -e "$root$2" ]; then
        if [ "$(<"$root$2")" = "$wanted" ]; then
            [ -n "${sums[$2]-}" ] || remember "$2"
            return
        elif [ "$(sum_of "$2")" != "${sums[$2]-}" ]; then
            note "$2 was changed here and stays as it is; to have the new one, remove it and run this again. It differs:"
            diff -u "$root$2" <(printf '%s\n' "$wanted") | tail -n +3 >&2 || true
            return
        fi
        verb=update
    fi
    change "$verb $2" placed_as_ours "$wanted" "$2" "$3"
}

placed_as_ours() {
    written <(printf '%s\n' "$1") "$2" "$3" root root
    remember "$2"
    [[ $2 != /etc/systemd/* ]] || units_changed=yes
}

# removed SOURCE TARGET MODE: takes a file of ours away, unless somebody has changed it.
removed() {
    if [ ! -e "$root$2" ]; then
        forget "$2"
    elif [ "$(sum_of "$2")" != "${sums[$2]-}" ]; then
        note "$2 is not as it was installed, and is left"
    else
        change "remove $2" rm -f "$root$2"
        [[ $2 != /etc/systemd/* ]] || units_changed=yes
        forget "$2"
    fi
}

forget() {
    [ -n "${sums[$1]-}" ] || return 0
    unset "sums[$1]"
    record_changed=yes
}
