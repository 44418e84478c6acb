#!/usr/bin/env bash
# Makes .venv from the lock, and gives the tests what they look through: Chromium and a Chinese font.
# PYTHON names the interpreter; COCKPIT_SKIP_APT=1 leaves the system's packages alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PYTHON=${PYTHON:-python3}
SKIP_APT=${COCKPIT_SKIP_APT:-0}

say() { printf 'setup: %s\n' "$*" >&2; }
stop() {
  say "$*"
  exit 1
}

# Runs a command as root: as it is, or through sudo. Fails quietly where neither is possible.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo --preserve-env=DEBIAN_FRONTEND "$@"
  else
    return 1
  fi
}

apt_is_possible() {
  [ "$SKIP_APT" != 1 ] && command -v apt-get >/dev/null 2>&1 &&
    { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1; }
}

apt_install() {
  say "installing $*"
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get -qq update &&
    as_root apt-get -qq install --yes --no-install-recommends "$@" >/dev/null
}

require_python() {
  command -v "$PYTHON" >/dev/null 2>&1 ||
    stop "$PYTHON is not here. Install Python 3.11 or newer, or name it: make setup PYTHON=python3.12"
  "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "$("$PYTHON" --version) is too old; 3.11 or newer is needed. Name another: make setup PYTHON=python3.12"
}

# Debian and Ubuntu ship the standard library without ensurepip; venv needs it.
require_venv() {
  "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null && return
  local package
  package=$("$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  apt_is_possible || stop "Python's venv is missing. As root: apt-get install $package"
  apt_install "$package" || apt_install python3-venv ||
    stop "Python's venv could not be installed. As root: apt-get install $package"
}

has_browser() {
  command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1
}

has_chinese_font() {
  command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn family)" ]
}

# The application runs without these; only tests and screenshots look through a browser.
offer_browser() {
  [ "$SKIP_APT" = 1 ] && return
  local missing=()
  has_browser || missing+=(chromium)
  has_chinese_font || missing+=(fontconfig fonts-noto-cjk)
  [ "${#missing[@]}" -eq 0 ] && return
  if ! apt_is_possible; then
    say "${missing[*]} missing, and neither root, sudo nor apt to install with. The cockpit runs" \
      "all the same; browser tests and screenshots need Chromium and a Chinese font."
  elif ! apt_install "${missing[@]}"; then
    say "${missing[*]} could not be installed. The cockpit runs all the same; browser tests and" \
      "screenshots need Chromium and a Chinese font."
  fi
}

make_venv() {
  if ! .venv/bin/python -m pip --version >/dev/null 2>&1 ||
    ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "making .venv with $("$PYTHON" --version)"
    "$PYTHON" -m venv --clear .venv
  fi
  say "installing the locked packages, a few hundred megabytes the first time"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --require-hashes --requirement requirements.txt
  .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --no-deps --no-build-isolation --editable .
  .venv/bin/python -m pip check --disable-pip-version-check >&2
}

require_python
require_venv
offer_browser
make_venv
say "ready"
