# shellcheck shell=sh
# What the programs in this folder share; read by them with `.`, not a program itself.
#
# It sets up two things and nothing else:
#   .venv/            a virtual environment in the checkout with this project, editable
#   Debian packages   programs that Python's registry cannot give (require_programs below)
# Set PYTHON to choose the interpreter (3.11 or newer; default python3).

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
venv=$root/.venv
python=${PYTHON:-python3}
PATH=$PATH:/usr/sbin:/sbin # servers live there, and not everybody's PATH names it

say() { printf '%s\n' "$@" >&2; }

fail() {
  say "${0##*/}: $*"
  exit 1
}

in_ci() { [ "${CI:-}" = true ]; }

# may_install: succeeds where Debian packages can be installed; sets $as_root to the words before
# a command that needs root. sudo may ask for the password only where a person sits.
may_install() {
  as_root=
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" -ne 0 ] || return 0
  as_root=sudo
  command -v sudo >/dev/null || return 1
  sudo -n true 2>/dev/null || { [ -t 0 ] && [ -t 2 ]; }
}

# apt COMMAND...: apt-get without questions and without the packages that are only recommended;
# waits while another program holds dpkg's lock.
apt() {
  $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o DPkg::Lock::Timeout=300 -o APT::Install-Recommends=false "$@"
}

# install_packages PACKAGE...: installs Debian packages and leaves no service behind.
# While apt works, /usr/sbin/policy-rc.d tells the packages to start nothing (a policy that is
# already there stays as it is); afterwards the units of exactly the packages that are new are
# disabled, so that nothing of them starts at the next boot or login either.
# The package lists are fetched again each time: on a fresh machine there are none, and a mirror
# or apt's lock may need a second try.
install_packages() (
  say "Installing from Debian: $* (services stay switched off)"
  log=$(mktemp)
  policy=/usr/sbin/policy-rc.d
  own_policy=
  trap 'rm -f "$log"; [ -z "$own_policy" ] || $as_root rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM
  if [ ! -e "$policy" ]; then
    own_policy=yes
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
  fi
  for pause in 0 10 30 60 120; do
    sleep "$pause"
    { apt update || say "apt-get update failed; trying with the lists that are here."; } \
      >>"$log" 2>&1
    if apt install "$@" >>"$log" 2>&1; then
      ! command -v systemctl >/dev/null || disable_units "$@"
      exit 0
    fi
  done
  tail -n 20 "$log" >&2
  exit 1
)

# disable_units PACKAGE...: what these packages would start at boot (system) or login (user).
disable_units() {
  for package in "$@"; do
    dpkg -L "$package"
  done | sed -nE 's#^.*/systemd/(system|user)/([^/@]+\.(service|socket|timer))$#\1 \2#p' |
    while read -r scope unit; do
      everybody=
      [ "$scope" = system ] || everybody=--global
      # shellcheck disable=SC2086 # an option or nothing
      $as_root systemctl --quiet $everybody disable "$unit" </dev/null ||
        say "$unit may start by itself: 'systemctl $everybody disable $unit' as root ends that."
    done
}

# require_programs PROGRAM:PACKAGE...: installs the packages of those programs that are missing,
# where it may. Returns 1, with $missing naming the programs, when some could not be had.
require_programs() {
  find_missing "$@"
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086 # a list of package names
  if may_install && install_packages $missing_packages; then
    hash -r
    find_missing "$@"
  fi
  [ -z "$missing" ]
}

find_missing() {
  missing=
  missing_packages=
  for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null && continue
    missing="$missing ${pair%%:*}"
    missing_packages="$missing_packages ${pair##*:}"
  done
  missing=${missing# }
}

# check_python: ends the program where $python is absent or too old, and gets Debian's
# python3-venv where the interpreter came without the module that makes environments.
check_python() {
  command -v "$python" >/dev/null ||
    fail "no $python here; install Python 3.11 or newer, or set PYTHON to its path."
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old; set PYTHON to Python 3.11 or newer."
  "$python" -c 'import ensurepip' 2>/dev/null && return
  { may_install && install_packages python3-venv && "$python" -c 'import ensurepip'; } ||
    fail "$python cannot make virtual environments; run 'apt-get install python3-venv' as root."
}

# prepare_environment GROUP...: makes $venv hold this project and the dependency groups of
# pyproject.toml. Returns at once when it does already: the same checkout, interpreter,
# pyproject.toml and (at least these) groups as the last time.
prepare_environment() {
  check_python
  place="$root $("$python" --version)"
  [ "$(cat "$venv/place" 2>/dev/null)" = "$place" ] || make_environment
  wanted=$(cksum <"$root/pyproject.toml")
  holds_already "$@" && return
  say "Installing scrobbled and what it needs into .venv (a minute the first time)"
  rm -f "$venv/installed"
  groups=
  for group in "$@"; do groups="$groups --group $root/pyproject.toml:$group"; done
  # shellcheck disable=SC2086 # a list of options
  "$venv/bin/python" -m pip install --quiet --editable "$root" $groups ||
    fail "pip could not install the project; what it says above tells why."
  printf '%s\n' "$wanted" "$@" >"$venv/installed"
}

# holds_already GROUP...: whether the last installation was of the same $wanted and these groups.
holds_already() {
  [ "$(head -n 1 "$venv/installed" 2>/dev/null)" = "$wanted" ] || return 1
  for group in "$@"; do
    grep -qx "$group" "$venv/installed" || return 1
  done
}

make_environment() {
  "$python" -m venv --clear "$venv" || fail "could not make $venv."
  # Dependency groups need pip 25.1; Debian 12 gives a new environment 23.0.
  "$venv/bin/python" -m pip install --quiet --upgrade 'pip>=25.1' ||
    fail "pip could not be upgraded; what it says above tells why."
  printf '%s\n' "$place" >"$venv/place"
}
