#!/bin/sh
# debian.sh SUITE FOLDER PACKAGE…: makes an empty Debian system of that suite in FOLDER, and uses each PACKAGE there. For root.
set -eu
suite=$1 folder=$2
shift 2

rm -rf "$folder"
debootstrap --variant=minbase "$suite" "$folder" > "$folder.log" || { tail -5 "$folder.log" >&2 && exit 1; }
cp "$(dirname "$0")/guest.sh" "$@" "$folder/srv"
for package in "$@"; do
  timeout 120 unshare --mount --pid --fork --kill-child --root="$folder" --mount-proc \
    env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/root sh /srv/guest.sh "/srv/$(basename "$package")"
done
rm -rf "$folder"
