#!/usr/bin/env bash
# Opens the published vectors, and ciphertexts that Keyfold makes now, with the reader in Python.
set -euo pipefail
cd "$(dirname "$0")"
made=$(mktemp)
trap 'rm -f "$made"' EXIT
node --conditions=@keyfold/source make-ciphertexts.ts >"$made"
/usr/bin/python3 check_formats.py "$made"
