#!/usr/bin/env bash
# Opens the published vectors, and ciphertexts that each backend makes now, with the readers in Python.
set -euo pipefail
cd "$(dirname "$0")"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
export PYTHONDONTWRITEBYTECODE=1
for backend in node web; do
  node --conditions=@keyfold/source make-ciphertexts.ts "$backend" >"$made/$backend.json"
done
/usr/bin/python3 check_formats.py "$made/node.json" "$made/web.json"
