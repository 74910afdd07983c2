#!/bin/sh
# Makes the shipped calibration model again: engine/models/refit.sh MANIFEST
#
# MANIFEST is a table of scans that holds the sets `fadul` and `weller` (docs/method.md names where they are published).
# Written are the table of scores, testdata/scores/ID.csv, and the model that is fitted from it, engine/models/ID.json.
# Needed after every change of the method; a test holds the two files against each other.
set -eu
manifest=$(realpath "$1")
cd "$(dirname "$0")/../.."
id=breech_face_3d-nanofocus-10x
scores=testdata/scores/$id.csv
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
headstamp() { cargo run --release --quiet --package headstamp -- "$@"; }

headstamp evaluate --manifest "$manifest" --kind breech_face_3d --set fadul,weller --turn-seed 1 --out "$work"
cp "$work/pairs.csv" "$scores"
headstamp calibrate --scores "$scores" --out "engine/models/$id.json" \
    --name "Fadul and Weller: 10 Ruger 9 mm pistol slides, each set made one after another, laboratory test fires" \
    --source "Fadul et al. 2011 (NCJRS 237960) and Weller et al. 2012 (J. Forensic Sci. 57, 912), scans as processed by CSAFE (cartridgeCaseScans), CC BY 4.0, every scan turned (seed 1)"
