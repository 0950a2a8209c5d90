#!/bin/sh
# Compares the contracts with those last published: the newest tag, else the main branch.
set -eu
cd "$(dirname "$0")/.."

published=$(git describe --tags --abbrev=0 2>/dev/null) \
    || published=$(git rev-parse --verify --quiet origin/main) \
    || published=$(git rev-parse --verify --quiet main) \
    || published=
if [ -z "$published" ] || [ -z "$(git ls-tree -r --name-only "$published" -- proto)" ]; then
    echo "Nothing published yet to compare the contracts with."
    exit 0
fi
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
git archive "$published" proto | tar -x -C "$before"
proto/node_modules/.bin/buf breaking proto --against "$before/proto"
