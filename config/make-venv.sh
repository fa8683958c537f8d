#!/usr/bin/env bash
# Make .venv with the locked libraries of requirements/$1.txt (runtime or dev), once.
set -euo pipefail
lock=requirements/$1.txt
stamp=.venv/.$1-$(cksum <"$lock" | cut -d' ' -f1)
more=.venv/.dev-$(cksum <requirements/dev.txt | cut -d' ' -f1) # holds all of runtime too
{ [ -e "$stamp" ] || [ -e "$more" ]; } && exit 0
if [ -L .venv ]; then
    echo "venv: .venv is a link, somebody else looks after it; leaving it as it is"
    exit 0
fi
python=$(bash config/find-python.sh)
start=$SECONDS
echo "venv: $("$python" --version), $(grep -c '==' "$lock") locked libraries into .venv"
[ -x .venv/bin/python ] || "$python" -m venv .venv || {
    echo "yizhan: $python cannot make a virtual environment. Install its venv package." >&2
    exit 1
}
if uv=$(command -v uv); then
    VIRTUAL_ENV=$PWD/.venv "$uv" pip install -q --require-hashes -r "$lock"
else
    .venv/bin/python -m pip install --disable-pip-version-check --progress-bar off \
        --require-hashes -r "$lock" |
        awk '/^Collecting/ { if (++n % 10 == 0) print "venv: " n " libraries ..."; fflush() }'
fi
rm -f .venv/.runtime-* .venv/.dev-*
touch "$stamp"
echo "venv: ready after $((SECONDS - start)) s"
