#!/bin/sh
# Adds the certificates of the host's own bundle to the system trust store, once each.
# An empty bundle changes nothing. Afterwards /etc/ssl/certs/ca-certificates.crt is the store on
# every base.
set -eu
extra=$1
store=/etc/ssl/certs/ca-certificates.crt
if command -v update-ca-trust >/dev/null; then
    if [ -s "$extra" ]; then
        cp "$extra" /etc/pki/ca-trust/source/anchors/verifier-host.pem
        update-ca-trust
    fi
    [ -e "$store" ] || ln -s /etc/pki/tls/certs/ca-bundle.crt "$store"
elif [ -s "$extra" ]; then
    mkdir -p "$(dirname "$store")"
    touch "$store"
    cat "$store" "$extra" | awk '
        /-----BEGIN CERTIFICATE-----/ { block = ""; inside = 1 }
        inside { block = block $0 "\n" }
        /-----END CERTIFICATE-----/ { if (inside && !seen[block]++) printf "%s", block; inside = 0 }
    ' >"$store.new"
    mv "$store.new" "$store"
fi
