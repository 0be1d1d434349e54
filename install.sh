#!/usr/bin/env bash
# Installs the connector on this host: its environment, user, directories, schedule, log rotation, manual and completion.
# It stays where this file lies. Running it again after an upgrade changes only what has changed; docs/install.md.
set -euo pipefail
umask 022
# Root's own shell may know other programs first, in its home, which the service does not see
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cd "$here"
# shellcheck source=script/environment.sh
. script/environment.sh
# shellcheck source=script/placing.sh
. script/placing.sh
move="move it: mv $(quoted "$here") /opt/sectigo-f5"
trap 'rm -f "$unfinished"' EXIT

usage() {
    cat <<END
usage: ./install.sh [--dry-run] [--uninstall] [--enable] [--cron | --systemd] [--user NAME] [--with-notify] [--without-samples]
                    [--root DIR]

  --dry-run          say what would be changed, and change nothing
  --uninstall        remove what was installed, but neither configuration, state and logs, nor the user
  --enable           begin: enable the timer, or put the line for cron into /etc/cron.d
  --cron, --systemd  which of the two (default: systemd where it runs)
  --user NAME        whom the connector runs as (default: sectigo)
  --with-notify      also install what NOTIFY_URLS needs
  --without-samples  create no samples in /etc/sectigo; env is created all the same
  --root DIR         put everything below DIR: no user and no virtual environment is created, nothing is started
END
}

user=sectigo samples=yes root='' action=install enable=no schedule='' requirements='requirements.txt'
while (($# > 0)); do
    case $1 in
    --dry-run) dry_run=yes ;;
    --uninstall) action=uninstall ;;
    --enable) enable=yes ;;
    --cron | --systemd) schedule=${1#--} ;;
    --without-samples) samples=no ;;
    --with-notify) requirements='requirements-notify.txt' ;;
    --user | --root)
        (($# > 1)) || give_up "$1 needs a value" "./install.sh --help"
        printf -v "${1#--}" %s "$2"
        shift
        ;;
    --help | -h)
        usage
        exit
        ;;
    *) give_up "$1 is not an option" "./install.sh --help" ;;
    esac
    shift
done
[[ $user =~ ^[a-z_][a-z0-9_-]*$ ]] || give_up "$user is not the name of a user; write one of small letters, digits, - and _"
[ "$user" != root ] || give_up "the connector needs no root; leave out --user, or name another user"
[[ $root == /* || -z $root ]] || give_up "--root needs a full path, not $root"
root=${root%/}
[ -n "$schedule" ] || { systemd_runs && schedule='systemd'; } || schedule='cron'
group=$(id -gn "$user" 2>/dev/null || echo "$user")
systemd=$(systemctl --version 2>/dev/null | sed -n '1s/[^0-9]*\([0-9]*\).*/\1/p') || systemd=''
share=/usr/local/share
record=$share/sectigo-f5/installed
read_record

# hands_over_files: RHEL 8 has 239, without LoadCredential=.
hands_over_files() { ((${systemd:-247} >= 247)); }

# may_be_here: refuses a place from which the service cannot run, or where others could change what it runs.
may_be_here() {
    [[ $here/ =~ ^[A-Za-z0-9._/-]+$ ]] || give_up "units and crontabs cannot name $here: $move"
    [ -z "$root" ] || return 0
    is_seen_by_service "$here/" ||
        give_up "the service sees no home and no temporary directory, and so could not run from $here: $move"
    local changeable
    changeable=$(changeable_by_others "$here")
    [ -z "$changeable" ] || give_up "others than root can change $changeable, and so what the service runs" \
        "chown -R root:root $here && chmod -R go-w $here"
}

create_user() {
    ! getent passwd "$user" >/dev/null || return 0
    local own_group=--user-group
    ! getent group "$user" >/dev/null || own_group="--gid=$user"
    change "create the system user $user" useradd --system "$own_group" --no-create-home \
        --home-dir /var/lib/sectigo --shell /usr/sbin/nologin "$user"
    group=$(id -gn "$user" 2>/dev/null || echo "$user")
}

create_environment() {
    local python
    [[ $(cat .venv/installed 2>/dev/null) != requirements-notify.txt* ]] || requirements='requirements-notify.txt'
    ! is_filled .venv "$requirements" || ! suits .venv/bin/python || return 0
    python=$(find_python)
    works .venv || can_make_environments "$python" ||
        give_up "$python cannot create a virtual environment" "On Debian and Ubuntu: apt-get install python3-venv"
    change "install $requirements into $here/.venv" fill_environment "$python"
}

fill_environment() {
    suits .venv/bin/python || rm -rf .venv
    make_environment "$here/.venv" "$1"
    install_requirements "$here/.venv" "$requirements"
    # The service's user may not write beside the modules, and would compile them in every run
    .venv/bin/python -W ignore -m compileall -q .venv/lib sectigo_f5 >/dev/null || true
}

# adapted FILE: prints it with this host's directory, user and group, and as far as its systemd knows what is in it.
adapted() {
    sed -e "s|/opt/sectigo-f5|$here|g" -e "s|^Group=sectigo$|Group=$group|" -e "s/^\(user\|User\)=sectigo$/\1=$user/" \
        -e "s|^    su sectigo sectigo$|    su $user $group|" -e "s|  sectigo  |  $user  |" "$1" |
        if hands_over_files; then cat; else sed -e "/LoadCredential=/d; /as root and hands/d; s|/run/credentials/%n|/etc/sectigo|"; fi
}

configuration() {
    directory /etc/sectigo 0750 root "$group"
    directory /etc/sectigo/credentials 0750 root "$group"
    if [ -f env ] && [ ! -e "$root/etc/sectigo/env" ]; then
        kept "$here/env" /etc/sectigo/env
        note "$here/env: the service reads its copy /etc/sectigo/env from now on; remove this one"
    else
        kept env.example /etc/sectigo/env
    fi
    [ -z "$(find "$root/etc/sectigo" -maxdepth 1 -iname '*.y*ml' -print -quit 2>/dev/null || true)" ] || return 0
    [ "$samples" = yes ] || return 0
    kept config/credentials/bigip-fra.yaml /etc/sectigo/credentials/bigip-fra.yaml
    kept config/smallest.yaml /etc/sectigo/shop.yaml # last: without a YAML file, the next run does both
}

# files VERB: calls "VERB SOURCE TARGET MODE" for each file that belongs to the program.
files() {
    local shell
    "$1" config/command/sectigo-f5 /usr/local/bin/sectigo-f5 0755
    "$1" config/man/sectigo-f5.8 $share/man/man8/sectigo-f5.8 0644
    for shell in sectigo-f5 start_acme.py; do
        "$1" config/completions/sectigo-f5.bash "$share/bash-completion/completions/$shell" 0644
    done
    "$1" config/completions/_sectigo-f5 $share/zsh/site-functions/_sectigo-f5 0644
    "$1" config/completions/sectigo-f5.fish $share/fish/vendor_completions.d/sectigo-f5.fish 0644
    "$1" config/logrotate.d/sectigo-f5 /etc/logrotate.d/sectigo-f5 0644
    if [ "$schedule" = systemd ] || [ "$action" = uninstall ]; then
        "$1" config/systemd/sectigo-f5.service /etc/systemd/system/sectigo-f5.service 0644
        "$1" config/systemd/sectigo-f5.timer /etc/systemd/system/sectigo-f5.timer 0644
    fi
    if [ "$schedule$enable" = cronyes ] || [ "$action" = uninstall ]; then
        "$1" config/cron.d/sectigo-f5 /etc/cron.d/sectigo-f5 0644
    fi
}

# begin: the next time is that of the schedule, and no other one is left.
begin() {
    if [ "$schedule" = cron ]; then
        has_one_of 'cron|crond' || note "no cron is installed: apt-get install cron, or dnf install cronie"
        ! is_enabled || change "disable sectigo-f5.timer" systemctl disable --now sectigo-f5.timer
    else
        removed config/cron.d/sectigo-f5 /etc/cron.d/sectigo-f5
        is_enabled || ! systemd_runs || change "enable sectigo-f5.timer" systemctl enable --now sectigo-f5.timer
    fi
}

is_enabled() { systemd_runs && systemctl --quiet is-enabled sectigo-f5.timer 2>/dev/null; }

install_all() {
    may_be_here
    if [ -z "$root" ]; then
        create_environment
        create_user
    fi
    configuration
    directory /var/lib/sectigo 0700 "$user" "$group"
    directory /var/log/sectigo 0750 "$user" "$group"
    files own
    save_record
    if [ -z "$root" ]; then
        [ -n "$dry_run" ] || finish
        [ "$enable" = no ] || begin
    fi
    save_record
    if ((changes == 0)); then
        say "nothing to do"
    elif [ "$fresh$dry_run" = yes ]; then
        say_what_is_next
    fi
}

# finish: makes systemd and SELinux know the files, and tries what the user may.
finish() {
    [ "$units_changed" = no ] || ! systemd_runs || systemctl daemon-reload
    # A clone that was moved from a home directory keeps labels with which the service may not run it
    ! has_one_of restorecon || restorecon -RF "$here" /etc/sectigo /var/lib/sectigo /var/log/sectigo >/dev/null || true
    as_user "$here/start_acme.py" --version >/dev/null ||
        give_up "the user $user cannot run $here/start_acme.py" "The message is above. If others may not read it:" \
            "chmod -R go+rX $here; chmod -f 600 $here/env"
    [ -z "$(as_user find -L /etc/sectigo ! -readable -print -quit 2>&1)" ] ||
        note "the user $user cannot read all of /etc/sectigo; run:" \
            "chgrp -R $group /etc/sectigo && chmod -R u+rwX,g+rX,g-w,o-rwx /etc/sectigo"
}

as_user() { HOME=/var/lib/sectigo setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- "$@"; }

say_what_is_next() {
    say "next: fill in /etc/sectigo/env, the YAML files in /etc/sectigo and in /etc/sectigo/credentials, then"
    say "  sectigo-f5 check"
    [ "$enable" = yes ] || say "  ./install.sh --enable"
}

uninstall_all() {
    [ -n "$root" ] || ! is_enabled || change "disable sectigo-f5.timer" systemctl disable --now sectigo-f5.timer
    files removed
    save_record
    [ -n "$root" ] || [ "$units_changed" = no ] || ! systemd_runs || systemctl daemon-reload
    ((changes > 0)) || say "nothing to do"
    say "left as they are: /etc/sectigo, /var/lib/sectigo, /var/log/sectigo, the user $user, and $here"
}

[ -n "$dry_run$root" ] || [ "$(id -u)" = 0 ] ||
    give_up "only root can install it" "sudo ./install.sh" "To see what it would do: ./install.sh --dry-run"
"${action}_all"
