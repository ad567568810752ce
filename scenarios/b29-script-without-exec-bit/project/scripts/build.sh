#!/bin/sh
set -e
mkdir -p public
sed "s/@town@/Lund/" src/page.html > public/index.html
