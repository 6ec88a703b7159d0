#!/bin/sh
# use_package.sh deb|tgz BUILD FOLDER VERSION EXAMPLES PLUGIN: packs what BUILD has built, unpacks it
# into an empty root below FOLDER, and uses dream from there, as someone would who has nothing else.
set -eu
kind=$1 build=$2 folder=$3 version=$4 examples=$5 plugin=$6

fail() {
  echo "$*" >&2
  exit 1
}
expect() {  # WHAT PATTERN: a line of stdin matches
  cat > "$folder/seen"
  grep -q -- "$2" "$folder/seen" || fail "$1: no \"$2\" in: $(cat "$folder/seen")"
}

rm -rf "$folder"
mkdir -p "$folder/root"
case $kind in
deb)
  cpack -G DEB --config "$build/CPackConfig.cmake" -B "$folder" > "$folder/log" 2>&1 || fail "$(cat "$folder/log")"
  for package in dream dream-plugin-dev; do
    file=$(echo "$folder/${package}_$version"*.deb)
    [ "$(dpkg-deb -f "$file" Package)" = "$package" ] || fail "$file has another name"
    dpkg-deb -f "$file" Version | expect "the version of $file" "^$version"
    dpkg-deb -x "$file" "$folder/root"
  done
  dpkg-deb -f "$folder/dream_$version"*.deb Depends | expect "what dream depends on" "libc6"
  prefix=$folder/root/usr
  ;;
tgz)
  cpack -G TGZ --config "$build/CPackConfig.cmake" -B "$folder" > "$folder/log" 2>&1 || fail "$(cat "$folder/log")"
  tar -xzf "$folder/dream-$version"-*.tar.gz -C "$folder/root" --strip-components=1
  prefix=$folder/root
  ;;
esac

# As in a new login: nothing of the build's own environment leads anywhere.
dream() {
  env -i PATH=/usr/bin:/bin HOME="$folder" "$prefix/bin/dream" "$@"
}
dream --version | expect "its version" "^dream $version\$"
# Every library more is 40 µs more at every start.
if grep -q '^DREAM_STATIC_RUNTIME:.*=ON$' "$build/CMakeCache.txt"; then
  LD_TRACE_LOADED_OBJECTS=1 "$prefix/bin/dream" | grep -v 'linux-vdso\|libc\.so\|ld-linux' && fail "dream loads more than libc"
fi
dream schema | cmp - "$prefix/share/dream/dream.schema.json"
gzip -dc "$prefix/share/man/man1/dream.1.gz" | expect "the manual page" "^.TH DREAM 1 \"\" \"dream $version\""
gzip -dc "$prefix/share/doc/dream/changelog.gz" | expect "the change log" "$version"
dream completion bash | cmp - "$prefix/share/bash-completion/completions/dream"
dream completion zsh | cmp - "$prefix/share/zsh/vendor-completions/_dream"
dream completion fish | cmp - "$prefix/share/fish/vendor_completions.d/dream.fish"
[ -f "$prefix/share/doc/dream/copyright" ] || fail "no licence"
[ -f "$prefix/share/doc/dream/third-party-licences" ] || fail "no licences of what is inside"
[ -f "$prefix/share/doc/dream/reference.md" ] || fail "no documents for users"
[ -f "$prefix/share/doc/dream-plugin-dev/plugin-rules.md" ] || fail "no documents for authors of plugins"

cp -r "$examples/build-then-run" "$folder/example"
dream -C "$folder/example/app" --info > "$folder/info"
for executor in shell npm deno docker ssh slurm kubernetes; do
  expect "where it finds $executor" "$prefix/lib/dream/plugins/libdream_$executor.so" < "$folder/info"
done
dream -C "$folder/example/app" start 2> /dev/null | expect "an example" "hello, world!"

# On a system without OpenSSL an engine can't be reached by TLS alone. (Who may mount takes it away for one process.)
if grep -q '^DREAM_STATIC_RUNTIME:.*=ON$' "$build/CMakeCache.txt" && unshare -m true 2> /dev/null; then
  mkdir "$folder/container"
  echo '{ "projects": { ".": { "executor": "docker", "options": { "image": "i" }, "tasks": { "t": { "command": "c" } } } } }' \
    > "$folder/container/dream.json"
  # shellcheck disable=SC2016
  without_tls='for file in $(ldconfig -p | sed -n "s/.*libssl.so.* => //p"); do mount --bind /dev/null "$file"; done; exec "$@"'
  python3 -c 'import os, socket, sys
listening = socket.create_server(("127.0.0.1", 0))
os.environ["DOCKER_HOST"] = "tcp://127.0.0.1:%d" % listening.getsockname()[1]
os.environ["DOCKER_TLS"] = "1"
sys.exit(os.spawnvp(os.P_WAIT, sys.argv[1], sys.argv[1:]))' \
    unshare -m sh -c "$without_tls" sh "$prefix/bin/dream" -C "$folder/container" t > "$folder/log" 2>&1 && fail "TLS without OpenSSL"
  expect "what TLS needs" "by TLS, for which libssl.so.3 is needed" < "$folder/log"
fi

# A plugin is built against the packages, and is run by the dream that came with them.
cmake -S "$plugin" -B "$folder/plugin" -DCMAKE_PREFIX_PATH="$prefix" > "$folder/log" 2>&1 || fail "$(cat "$folder/log")"
cmake --build "$folder/plugin" >> "$folder/log" 2>&1 || fail "$(cat "$folder/log")"
grep -q "^dream_DIR:PATH=$prefix/" "$folder/plugin/CMakeCache.txt" || fail "it was built against another dream"
grep -q "\"$version\"" "$prefix"/lib*/cmake/dream/dream-config-version.cmake || fail "the CMake package has another version"
mkdir -p "$folder/acme/web"
cat > "$folder/acme/dream.json" << END
{
  "executors": { "acme": { "plugin": "$folder/plugin/libdream_acme.so" } },
  "projects": { "./web": { "executor": "acme", "options": { "region": "eu" } } }
}
END
dream -C "$folder/acme/web" --info | expect "the plugin that was built" "$folder/plugin/libdream_acme.so"

# The same for a plugin that dream itself begins; its own tests include a check by the unpacked dream.
dream plugin new fresh "$folder/fresh" > "$folder/log" 2>&1 || fail "$(cat "$folder/log")"
cmake -S "$folder/fresh" -B "$folder/fresh/build" -DCMAKE_PREFIX_PATH="$prefix" > "$folder/log" 2>&1 || fail "$(cat "$folder/log")"
cmake --build "$folder/fresh/build" > "$folder/log" 2>&1 || fail "$(cat "$folder/log")"
ctest --test-dir "$folder/fresh/build" --no-tests=error > "$folder/log" 2>&1 || fail "$(cat "$folder/log")"
dream -C "$folder/fresh/example" hello --trust 2> /dev/null | expect "a run of the new plugin" "fresh runs hello"

# A first dream.json, by the program that lies beside the plugins.
mkdir "$folder/bare"
echo "web: echo hello from the Procfile" > "$folder/bare/Procfile"
dream -C "$folder/bare" init | expect "dream init" "dream.json is written"
dream -C "$folder/bare" start 2> /dev/null | expect "what dream init wrote" "hello from the Procfile"

# Without that program it is said what is missing.
rm "$prefix/lib/dream/init" "$folder/bare/dream.json"
dream -C "$folder/bare" init 2> "$folder/log" && fail "dream init worked without its program"
expect "what is missing" "$prefix/lib/dream/init: dream init can't be started: No such file or directory (it belongs to dream" < "$folder/log"
