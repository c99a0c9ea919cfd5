#!/bin/sh
# Bring a Debian or Ubuntu machine to where `.venv/bin/sohoa` works.
#
#   tools/setup.sh run     what the program needs to run
#   tools/setup.sh test    that, and what its tests need (browser, fonts, development tools)
#
# Installs missing system packages as root or through sudo; without the right to do so it prints the one
# line to run and stops. Quick when nothing is missing.
set -eu

kind=${1:-run}
cd "$(dirname "$0")/.."

system="tesseract-ocr tesseract-ocr-vie tesseract-ocr-osd tesseract-ocr-script-viet poppler-utils python3-venv"
extras="review,office,watch"
is_ubuntu() { grep -q '^ID=ubuntu' /etc/os-release 2>/dev/null; }

if [ "$kind" = test ]; then
    # Version 1 of the Liberation fonts lacks two thirds of the Vietnamese letters; Debian 12 carries both.
    liberation=fonts-liberation
    grep -q '^VERSION_CODENAME=bookworm' /etc/os-release 2>/dev/null && liberation=fonts-liberation2
    system="$system tesseract-ocr-eng $liberation fonts-croscore fonts-noto-core fonts-dejavu-core fonts-dejavu-extra"
    # Ubuntu's own chromium package only points to a snap, which a container cannot run.
    is_ubuntu || system="$system chromium"
    extras="review,office,watch,cluster,dev"
fi

is_installed() {
    dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'
}

# A command that is there already, from wherever, needs no package.
has() { command -v "$1" >/dev/null 2>&1; }

missing=
for package in $system; do
    case $package in
        tesseract-ocr) has tesseract && continue ;;
        poppler-utils) has pdftotext && continue ;;
        python3-venv) [ -x .venv/bin/python ] && continue
                      python3 -c 'import venv, ensurepip' 2>/dev/null && continue ;;
        chromium) has chromium && continue ;;
    esac
    is_installed "$package" || missing="$missing $package"
done

if [ -n "$missing" ]; then
    if ! has apt-get; then
        echo "Missing:$missing. This machine has no apt-get; install them by its own means, then run this again." >&2
        exit 5
    fi
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif has sudo && sudo -n true 2>/dev/null; then
        as_root=sudo
    elif has sudo && [ -t 0 ]; then
        as_root=sudo
    else
        echo "These system packages are missing and need an administrator. Run this one line, then the same command again:" >&2
        echo "    sudo apt-get update && sudo apt-get install -y$missing" >&2
        exit 5
    fi
    echo "Installing:$missing" >&2
    $as_root apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $as_root ${as_root:+env DEBIAN_FRONTEND=noninteractive} \
        apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; this is $(python3 --version). Debian 12 and Ubuntu 24.04 carry it." >&2
    exit 5
}

[ -x .venv/bin/python ] || python3 -m venv .venv
stamp=.venv/.installed-$kind
wanted="$extras $(cksum < pyproject.toml)"
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    echo "Installing the project into .venv" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[$extras]"
    printf '%s' "$wanted" > "$stamp"
fi
