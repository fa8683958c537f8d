#!/usr/bin/env bash
# Print a Python of 3.12 or newer, or stop with one line.
for python in ${YIZHAN_PYTHON:-} python3.13 python3.12 python3.14 python3 \
    $(ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3 2>/dev/null | sort -rV); do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
        command -v "$python"
        exit 0
    fi
done
echo "yizhan: no Python >= 3.12 found. Install python3.12 (with venv) or set YIZHAN_PYTHON to one." >&2
exit 1
