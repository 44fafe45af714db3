#!/bin/sh
# Makes sure that the things named are there; installs what is missing from Debian's packages. `need.sh cargo cc node …`
set -eu

# Whether a thing is there.
is_there() {
    case $1 in
        cargo) command -v cargo ;;
        node) command -v npm && node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' ;;
        cc) command -v cc ;;
        postgresql) command -v initdb && command -v postgres || ls /usr/lib/postgresql/*/bin/initdb ;;
        chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
        fonts) ls /usr/share/fonts/opentype/noto/NotoSansCJK* || { command -v fc-list && fc-list :lang=zh | grep . ; } ;;
        *) echo "need.sh does not know “$1”" >&2; exit 2 ;;
    esac >/dev/null 2>&1
}

# Debian's package for it; nothing when it is not to be had from there.
package() {
    case $1 in
        cc) echo "gcc libc6-dev" ;;
        postgresql) echo postgresql ;;
        chromium) echo chromium ;;
        fonts) echo fonts-noto-cjk ;;
    esac
}

packages=
for thing in "$@"; do
    is_there "$thing" && continue
    case $thing in
        cargo) echo "Rust is missing. Install it from https://rustup.rs and run the command again." >&2; exit 1 ;;
        node) echo "Node.js 20 or newer (with npm) is missing. Install it from https://nodejs.org and run the command again." >&2; exit 1 ;;
    esac
    packages="$packages $(package "$thing")"
done
[ -n "$packages" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    # Without a terminal nobody can type sudo's password.
    [ -t 0 ] || as_root="sudo -n"
fi
if ! command -v apt-get >/dev/null || { [ -n "$as_root" ] && ! command -v sudo >/dev/null; }; then
    echo "Please install these packages (their names on Debian) and run the command again:$packages" >&2
    exit 1
fi
echo "Installing$packages"
export DEBIAN_FRONTEND=noninteractive
# Word splitting is meant: these are lists.
# shellcheck disable=SC2086
if ! { $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages; }; then
    echo "They could not be installed. Please run: apt-get install$packages" >&2
    exit 1
fi
