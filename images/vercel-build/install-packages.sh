#!/bin/sh
# Installs the operating system's part of the image: the documented package list on Amazon Linux,
# the light half of it on the Debian stand-in. Leaves no package lists and no caches behind.
# Usage: install-packages.sh bootstrap|final
set -eu

case "$1" in
bootstrap) # only what fetches the toolchain; this stage is thrown away
    amazon="nodejs npm tar gzip"
    debian="npm"
    ;;
final)
    amazon=$(grep -v '^#' /tmp/verifier/packages-amazonlinux.txt)
    debian=$(grep -v '^#' /tmp/verifier/packages-debian.txt)
    ;;
*)
    echo "unknown part '$1'" >&2
    exit 2
    ;;
esac

if command -v dnf >/dev/null; then
    # shellcheck disable=SC2086 # one word per package is meant
    dnf install -y --setopt=install_weak_deps=False $amazon
    dnf clean all
    rm -rf /var/cache/dnf
else
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # A layer is written as a whole or not at all, so syncing each file to disk buys nothing.
    # shellcheck disable=SC2086 # one word per package is meant
    apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 $debian >/tmp/apt.log 2>&1 \
        || { cat /tmp/apt.log; exit 1; }
    rm /tmp/apt.log
    if [ "$1" = final ]; then
        # A folder of its own: removing the sources of the locales deletes the shared archive.
        localedef --no-archive -i en_US -f UTF-8 en_US.UTF-8
        apt-get purge -y -qq -o Dpkg::Use-Pty=0 locales >/dev/null
    fi
    apt-get clean
    rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old /var/log/apt /var/log/dpkg.log \
        /usr/share/man /usr/share/info
    # The notices stay: they say under which licence each package is passed on.
    find /usr/share/doc -type f ! -name copyright -delete
    find /usr/share/doc -depth -type d -empty -delete
fi
