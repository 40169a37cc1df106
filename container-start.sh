#!/bin/sh
# The first program of the container: makes the workspace where there is none, and puts the image's models into it.
set -eu
workspace=${ANNOTATOR_WORKSPACE:-/workspace}
models=$workspace/models

# Beside its place first, so that nobody takes half a model for a whole one; another container may be at it as well.
put() {
    making=$(mktemp -d "$models/.making-XXXXXX") || return 1
    cp -R "$1" "$making/" && { mv -T "$making/${1##*/}" "$models/${1##*/}" 2> /dev/null || test -e "$models/${1##*/}"; }
    copied=$?
    rm -rf "$making"
    return $copied
}

test -f "$workspace/labels.yaml" || annotator init "$workspace" --template "${TEMPLATE:-news}"
for model in "${MODELS_FOLDER:-/opt/models}"/*; do
    if test -e "$model" && ! test -e "$models/${model##*/}"; then
        { mkdir -p "$models" && put "$model"; } \
          || echo "going on without the model ${model##*/}: it cannot be put into $models" >&2
    fi
done
exec "$@"
