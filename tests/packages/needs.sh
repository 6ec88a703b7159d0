#!/bin/sh
# needs.sh FILE…: none of what is shipped needs a newer glibc than 2.34, or any library that isn't glibc's own.
set -eu
for file in "$@"; do
  newest=$(readelf -W --dyn-syms "$file" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -1)
  [ -n "$newest" ] || { echo "$file: readelf doesn't tell what it needs" >&2 && exit 1; }
  case $(printf '%s\n' GLIBC_2.34 "$newest" | sort -V | tail -1) in
  GLIBC_2.34) ;;
  *)
    echo "$file needs $newest:" >&2
    readelf -W --dyn-syms "$file" | grep "$newest" >&2
    exit 1
    ;;
  esac
  others=$(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    grep -Evx 'lib(c|m)\.so\.6|ld-linux-(x86-64\.so\.2|aarch64\.so\.1)' || true)
  [ -z "$others" ] || { echo "$file needs $others" >&2 && exit 1; }
  echo "$file: $newest"
done
