#!/bin/sh
# What a host does for `biglittle deploy`, as root: a bundle carries it, and ssh runs it. POSIX sh and what
# every Debian has. Prints a line a step; docs/deployment.md says what lies where.
#
#   host.sh describe         what is installed, as lines that the deployer reads
#   host.sh apply FOLDER     brings the bundle in FOLDER; goes back to what was there if it is not ready
#   host.sh start            starts what is installed (after a start of a machine without systemd)
#   host.sh stop             stops it
#   host.sh withdraw ID      stops the device, and writes its state to standard output as a tar
#   host.sh restore ID [TAR] takes a withdrawal back, with the state in TAR where that is newer
#   host.sh forget ID        removes what a withdrawal left
#
# Exit codes: 0 done; 2 refused, and nothing has changed; 3 not ready, and back to what was there before;
# 4 not ready, and not all is back.
#
# A release is a folder: /etc/biglittle/releases/N, which the link /etc/biglittle/current names. Its manifest
# (cli/deploy/manifest.h) lists its packages, units and files.
set -u
umask 077

etc=/etc/biglittle
releases=$etc/releases
state=/var/lib/biglittle
withdrawn=$state/withdrawn
cache=/var/cache/biglittle/packages
broker=/etc/mosquitto/biglittle
run=/run/biglittle
logs=/var/log/biglittle
# Seconds that units have to become ready, and whether they may be without their broker.
patience=${BIGLITTLE_PATIENCE:-60}
offline=${BIGLITTLE_ALLOW_OFFLINE:-}

say() { printf '%s\n' "$*"; }
refuse() {
  say "$*"
  exit 2
}
has_systemd() { [ -d /run/systemd/system ]; }
is_there() { [ -n "$1" ] && [ -d "$releases/$1" ]; }
# What a link of /etc/biglittle names: a release, or nothing.
named_by() {
  to=$(readlink "$etc/$1" 2>/dev/null) || return 0
  printf '%s' "${to#releases/}"
}
point() { ln -sfn "releases/$2" "$etc/$1.new" && mv -T "$etc/$1.new" "$etc/$1"; }

# units RELEASE: "name digest kind host port state" a line.
units() { is_there "$1" && sed -n 's/^unit //p' "$releases/$1/manifest"; }
unit_names() { units "$1" | cut -d' ' -f1; }
unit_line() { units "$1" | grep "^$2 "; }
packages() { is_there "$1" && sed -n 's/^package //p' "$releases/$1/manifest"; }

# --- Units -----------------------------------------------------------------------------------------------
# By systemd; without one by start-stop-daemon, which starts nothing again that ended.

user_of() { case $1 in biglittle-broker) echo mosquitto ;; *) echo biglittle ;; esac; }
# run_alone UNIT: its command line, as its unit file has it.
run_alone() {
  user=$(user_of "$1")
  instance=${1#*@}
  install -d -m 0755 "$run"
  install -d -m 0755 "$logs"
  [ "$user" = mosquitto ] || install -d -m 0700 -o "$user" -g "$user" "$state"
  case $1 in
    biglittle-agent@*) set -- "$1" /usr/bin/device_agent --config "$etc/fleet.yaml" --device "$instance" ;;
    biglittle-worker@*) set -- "$1" /usr/bin/cloud_worker --config "$etc/fleet.yaml" --worker "$instance" ;;
    *) set -- "$1" /usr/sbin/mosquitto -c "$broker/mosquitto.conf" ;;
  esac
  unit=$1 program=$2
  shift 2
  start-stop-daemon --start --quiet --background --make-pidfile --pidfile "$run/$unit.pid" \
    --chuid "$user:$user" --output "$logs/$unit.log" --startas "$program" -- "$@"
}
start_unit() {
  if has_systemd; then
    systemctl enable --quiet "$1" && systemctl reset-failed "$1" 2>/dev/null
    systemctl restart --no-block "$1"
  else
    stop_alone "$1"
    run_alone "$1"
  fi
}
stop_alone() {
  [ ! -e "$run/$1.pid" ] || start-stop-daemon --stop --quiet --oknodo --retry TERM/20/KILL/5 --remove-pidfile \
    --pidfile "$run/$1.pid"
}
stop_unit() { if has_systemd; then systemctl disable --quiet --now "$1"; else stop_alone "$1"; fi; }
reload_broker() {
  if has_systemd; then
    systemctl reload biglittle-broker
  else
    start-stop-daemon --stop --quiet --oknodo --signal HUP --pidfile "$run/biglittle-broker.pid"
  fi
}
# active, failed or waiting.
unit_state() {
  if ! has_systemd; then
    start-stop-daemon --status --pidfile "$run/$1.pid" && echo active || echo failed
    return
  fi
  case $(systemctl show -p ActiveState --value "$1") in
    active) echo active ;;
    failed | inactive) echo failed ;;
    # It ended, and is started again: three times is no accident.
    *) [ "$(systemctl show -p NRestarts --value "$1")" -ge 3 ] && echo failed || echo waiting ;;
  esac
}
last_words() {
  if has_systemd; then journalctl -u "$1" -n 3 -o cat --no-pager; else tail -n 3 "$logs/$1.log"; fi 2>/dev/null
}

# shellcheck disable=SC2016
# ask HOST PORT: the first line and the body's of its /ready. Bash, which every Debian has, opens the socket.
ask() {
  timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "GET /ready HTTP/1.0\r\n\r\n" >&3 && cat <&3' \
    "$1" "$2" 2>/dev/null | tr -d '\r' | sed -n '1p;$p'
}
# shellcheck disable=SC2016
listens() { timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null; }
# why_not NAME DIGEST KIND HOST PORT STATE: empty if it is ready.
why_not() {
  [ "$(unit_state "$1")" = active ] || { echo "does not run" && return; }
  case $3 in
    http) told=$(ask "$4" "$5") ;;
    tcp) listens "$4" "$5" || echo "does not listen on port $5" && return ;;
    *)
      has_systemd || return 0
      told="HTTP/1.1 200 $(systemctl show -p StatusText --value "$1")"
      ;;
  esac
  case $told in
    *' 200 '*online*) ;;
    *' 200 '*) [ -n "$offline" ] || printf '%s\n' "$told" | tail -n 1 ;;
    '') echo "does not answer on port $5" ;;
    *) printf '%s\n' "$told" | tail -n 1 ;;
  esac
}

# wait_ready RELEASE: until all of its units are; else says which is not, and why.
wait_ready() {
  until_time=$(($(date +%s) + patience))
  # One without an endpoint counts as ready when it still runs a moment later.
  sleep 1
  while :; do
    late=$(units "$1" | while read -r line; do
      # shellcheck disable=SC2086
      why=$(why_not $line)
      [ -z "$why" ] || printf '%s: %s\n' "${line%% *}" "$why"
    done)
    [ -n "$late" ] || return 0
    for name in $(unit_names "$1"); do
      [ "$(unit_state "$name")" != failed ] || { not_ready "$late" "$name" && return 1; }
    done
    [ "$(date +%s)" -lt "$until_time" ] || { not_ready "$late" "${late%%:*}" && return 1; }
    sleep 0.3
  done
}
not_ready() {
  say "not ready: $1"
  last_words "$2" | sed "s/^/  $2: /"
}

# --- Packages --------------------------------------------------------------------------------------------

has_package() { [ "$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2>/dev/null)" = "installed $2" ]; }
# take_packages RELEASE: installs those of it that are not there; another version takes its place.
take_packages() {
  wanted=$(packages "$1" | while read -r name version sha file; do
    # The same version of other bytes is another package.
    has_package "$name" "$version" && [ "$(cat "$cache/$name.installed" 2>/dev/null)" = "$sha" ] || echo "$cache/$file"
  done)
  [ -n "$wanted" ] || return 0
  say "installs $(printf '%s\n' "$wanted" | sed 's,.*/,,' | paste -sd' ' -)"
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends --allow-downgrades \
    --reinstall -o Dpkg::Options::=--force-confold -o APT::Sandbox::User=root $wanted >"$cache/log" 2>&1 ||
    { tail -n 5 "$cache/log" && return 1; }
  packages "$1" | while read -r name version sha file; do echo "$sha" >"$cache/$name.installed"; done
}

# --- Releases --------------------------------------------------------------------------------------------

# Who may read what: the programs' user all but the broker's and others' keys.
own() {
  user=root
  getent passwd biglittle >/dev/null && user=biglittle
  chown -R "root:$user" "$1" && find "$1" -type d -exec chmod 0750 {} + && find "$1" -type f -exec chmod 0640 {} + ||
    return 1
  [ ! -d "$1/broker" ] || { chown -R root:root "$1/broker" && chmod -R go-rwx "$1/broker"; } || return 1
  [ ! -d "$1/credentials" ] || {
    chown -R "$user:$user" "$1/credentials" && chmod -R go-rwx "$1/credentials"
  } || return 1
  chown "root:$user" "$etc" "$releases" && chmod 0750 "$etc" "$releases"
}

# The broker's own folder, where it writes too. Rights that it has are its own (provision sync tells it of
# others); what it is given at first is the file.
give_broker() {
  [ -d "$releases/$1/broker" ] || return 0
  install -d -m 0700 -o mosquitto -g mosquitto "$broker" || return 1
  for file in "$releases/$1/broker"/*; do
    name=${file##*/}
    [ "$name" = dynamic-security.json ] && [ -e "$broker/$name" ] && continue
    cmp -s "$file" "$broker/$name" && continue
    install -m 0600 -o mosquitto -g mosquitto "$file" "$broker/$name.new" && mv "$broker/$name.new" "$broker/$name" ||
      return 1
    broker_changed=yes
  done
}

# go FROM TO: stops what TO does not have, and starts what it has otherwise.
go() {
  for name in $(unit_names "$1"); do
    [ -n "$(unit_line "$2" "$name")" ] || { say "stops $name" && stop_unit "$name"; }
  done
  take_packages "$2" && own "$releases/$2" && give_broker "$2" || return 1
  point current "$2" || return 1
  fleet_link || return 1
  ! has_systemd || systemctl daemon-reload
  for name in $(unit_names "$2"); do
    if [ "$(unit_line "$1" "$name" | cut -d' ' -f2)" != "$(unit_line "$2" "$name" | cut -d' ' -f2)" ]; then
      say "starts $name"
      start_unit "$name" || return 1
    elif [ "$(unit_state "$name")" = failed ]; then
      say "starts $name, which did not run"
      start_unit "$name" || return 1
    elif [ "$name" = biglittle-broker ] && [ -n "${broker_changed:-}" ]; then
      say "reloads $name"
      reload_broker
    fi
  done
  wait_ready "$2"
}
fleet_link() {
  [ ! -f "$etc/fleet.yaml" ] || [ -L "$etc/fleet.yaml" ] || {
    say "the fleet file that lay here is $etc/fleet.yaml.before now"
    mv "$etc/fleet.yaml" "$etc/fleet.yaml.before" || return 1
  }
  ln -sfn current/fleet.yaml "$etc/fleet.yaml"
}

# go_back FAILED BEFORE: exit code 3, or 4.
go_back() {
  if is_there "$2"; then
    say "goes back to $2"
    go "$1" "$2" || exit 4
  else
    say "stops it: there is nothing to go back to"
    for name in $(unit_names "$1"); do stop_unit "$name"; done
    rm -f "$etc/current" "$etc/fleet.yaml"
    [ ! -f "$etc/fleet.yaml.before" ] || mv "$etc/fleet.yaml.before" "$etc/fleet.yaml"
  fi
  rm -rf "${releases:?}/$1"
  exit 3
}

unpack_state() {
  # shellcheck disable=SC2046
  tar -xf "$1" -C "$2" --no-same-owner && (cd "$2" && chown biglittle:biglittle -- $(tar -tf "$1"))
}
# The state of devices that another host had; a file that is here already stays beside it.
take_state() {
  [ -d "$1" ] || return 0
  install -d -m 0700 -o biglittle -g biglittle "$state" || return 1
  for tar in "$1"/*.tar; do
    [ -e "$tar" ] || continue
    id=${tar##*/}
    id=${id%.tar}
    folder=$(state_folder "$2" "$id")
    install -d -m 0700 -o biglittle -g biglittle "$folder" || return 1
    for file in $(tar -tf "$tar"); do
      [ ! -e "$folder/$file" ] || mv "$folder/$file" "$folder/$file.before" || return 1
    done
    unpack_state "$tar" "$folder" || return 1
    install -d -m 0700 "$withdrawn" && echo "$folder" >"$withdrawn/$id.arrived" || return 1
    say "takes over the state of $id"
  done
}

check_machine() {
  read -r word arch codename <<EOF
$(grep '^machine ' "$1/manifest")
EOF
  here=$(dpkg --print-architecture)
  [ "$word $here" = "machine $arch" ] || refuse "this machine is $here, not $arch: mend 'architecture' in the fleet file"
  # shellcheck disable=SC1091
  here=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  [ "$here" = "$codename" ] || refuse "this machine has Debian $here, not $codename: mend 'release' in the fleet file"
}

apply() {
  incoming=$1
  trap 'rm -rf "$incoming"' EXIT
  # The deployer may vanish: this goes on to its end, whichever.
  trap '' HUP PIPE
  exec 9>/run/biglittle-deploy.lock
  flock -n 9 || refuse "another deployment is at work here"
  (cd "$incoming" && sha256sum --check --quiet --strict SHA256SUMS) || refuse "the bundle is damaged"
  check_machine "$incoming"
  release=$(sha256sum "$incoming/manifest" | cut -c1-12)
  before=$(named_by confirmed)
  began=$(named_by current)
  find "$releases" -maxdepth 1 -name '.incoming.*' ! -path "$incoming" -exec rm -rf {} +
  install -d -m 0755 /var/cache/biglittle "$cache"
  [ ! -d "$incoming/packages" ] || mv "$incoming/packages"/* "$cache/"
  for file in $(packages_of "$incoming/manifest"); do
    [ -e "$cache/$file" ] || refuse "the package $file was not brought"
  done
  [ "$release" = "$began" ] || {
    rm -rf "${releases:?}/$release"
    # shellcheck disable=SC2015
    mv "$incoming/files" "$releases/$release" && cp "$incoming/manifest" "$incoming/host.sh" "$releases/$release/" ||
      refuse "$releases/$release cannot be written"
  }
  broker_changed=
  take_packages "$release" || go_back "$release" "$before"
  take_state "$incoming/state" "$release" || go_back "$release" "$before"
  # What began and was not confirmed may run as well: whatever differs from it is started.
  go "$began" "$release" || go_back "$release" "$before"
  point confirmed "$release"
  # The one before stays, for those who want to go back by hand.
  find "$releases" -mindepth 1 -maxdepth 1 ! -name "$release" ! -name "${before:-$release}" -exec rm -rf {} +
  tidy_cache "$release" "$before"
  rm -f "$withdrawn"/*.arrived
  say "ready: $release"
}
packages_of() { sed -n 's/^package //p' "$1" | cut -d' ' -f4; }
tidy_cache() {
  for file in "$cache"/*.deb; do
    [ -e "$file" ] || continue
    { packages "$1" && packages "$2"; } | grep -q " ${file##*/}\$" || rm -f "$file"
  done
}

describe() {
  say "biglittle-host 1"
  current=$(named_by current)
  is_there "$current" || return 0
  say "release $current $([ "$(named_by confirmed)" = "$current" ] && echo confirmed || echo begun)"
  say "since $(stat -c %Y "$etc/current")"
  units "$current" | while read -r line; do
    # shellcheck disable=SC2086
    why=$(why_not $line)
    say "state ${line%% *} $(unit_state "${line%% *}") ${why:-ready}"
  done
  for file in "$cache"/*.deb; do [ ! -e "$file" ] || say "cached ${file##*/}"; done
  say "manifest"
  cat "$releases/$current/manifest"
}

# --- Devices that move ------------------------------------------------------------------------------------

# state_folder RELEASE ID: where the device's store is.
state_folder() {
  folder=$(unit_line "$1" "biglittle-agent@$2" | cut -d' ' -f6-)
  case $folder in /*) printf '%s' "$folder" ;; *) printf '%s' "$state" ;; esac
}
state_files() { (cd "$1" 2>/dev/null && ls -- "$2".sqlite* "$2".control.json* "$2".home-assistant.json* 2>/dev/null); }
withdraw() {
  stop_unit "biglittle-agent@$1" >&2
  folder=$(state_folder "$(named_by current)" "$1")
  # It came here and did not stay.
  [ ! -e "$withdrawn/$1.arrived" ] || folder=$(cat "$withdrawn/$1.arrived")
  install -d -m 0700 "$withdrawn"
  for file in $(state_files "$folder" "$1"); do mv "$folder/$file" "$withdrawn/" || exit 1; done
  echo "$folder" >"$withdrawn/$1.folder"
  files=$(state_files "$withdrawn" "$1")
  # shellcheck disable=SC2086
  tar -cf - -C "$withdrawn" ${files:---files-from=/dev/null}
}
restore() {
  folder=$(cat "$withdrawn/$1.folder" 2>/dev/null) || return 0
  for file in $(state_files "$withdrawn" "$1"); do mv "$withdrawn/$file" "$folder/" || exit 1; done
  rm -f "$withdrawn/$1.folder"
  # What the other host had since is newer.
  [ -z "${2:-}" ] || {
    files=$(tar -tf "$2")
    [ -z "$files" ] || unpack_state "$2" "$folder"
  } || exit 1
  [ -z "$(unit_line "$(named_by current)" "biglittle-agent@$1")" ] || start_unit "biglittle-agent@$1"
}
forget() {
  for file in $(state_files "$withdrawn" "$1"); do rm -f "$withdrawn/$file"; done
  rm -f "$withdrawn/$1.folder" "$withdrawn/$1.arrived"
}

case "${1:-}" in
  describe) describe ;;
  apply) apply "$(readlink -f "$2")" ;;
  start) for name in $(unit_names "$(named_by current)"); do start_unit "$name"; done ;;
  stop) for name in $(unit_names "$(named_by current)"); do stop_unit "$name"; done ;;
  withdraw | restore | forget) "$@" ;;
  *) refuse "usage: host.sh describe | apply FOLDER | start | stop | withdraw ID | restore ID [TAR] | forget ID" ;;
esac
