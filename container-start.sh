#!/bin/sh
# The first program of the container: makes the workspace where there is none, and puts the image's models into it.
set -eu
workspace=${ANNOTATOR_WORKSPACE:-/workspace}
test -f "$workspace/labels.yaml" || annotator init "$workspace" --template "${TEMPLATE:-news}"
for model in "${MODELS_FOLDER:-/opt/models}"/*; do
    if test -e "$model" && ! test -e "$workspace/models/${model##*/}"; then
        cp -R "$model" "$workspace/models/"
    fi
done
exec "$@"
