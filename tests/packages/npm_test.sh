#!/bin/sh
# npm_test.sh BUILD FOLDER VERSION SOURCE: makes the npm packages of what BUILD has built, installs them without a registry,
# and runs dream by each of the paths that package managers lay to it.
set -eu
build=$1 folder=$2 version=$3 source=$4
app="$folder/an app"

fail() {
  echo "$*: $(cat "$folder/out")" >&2
  exit 1
}
# COMMAND…: in the scratch project, as the leader of a process group and a session, as in a shell with job control.
run() {
  (cd "$app" && setsid -w "$@") > "$folder/out" 2>&1
}
expect() {  # WHAT CODE LINE COMMAND…: it ends with the code, and has written the line
  what=$1 code=$2 line=$3 got=0
  shift 3
  run "$@" || got=$?
  [ "$got" = "$code" ] || fail "$what: exit code $got"
  grep -qx -- "$line" "$folder/out" || fail "$what: no line \"$line\""
}

rm -rf "$folder"
mkdir -p "$app" "$folder/packages"
: > "$folder/out"
export HOME="$folder" npm_config_update_notifier=false
cmake --install "$build" --prefix "$folder/tree" --component dream --strip > "$folder/out"
case $(uname -m) in
x86_64) cpu=x64 ;;
aarch64) cpu=arm64 ;;
esac
"$source/packaging/npm/pack" "$version" "$folder/packages" "$cpu=$folder/tree" > "$folder/out"
[ -z "$(find "$folder/packages" -size +6144k)" ] || fail "a package is over 6 MiB: $(du -k "$folder"/packages/*)"

# The program of the other platform isn't to be had here; npm goes without it, as it does on a machine that it isn't for.
cat > "$app/package.json" << END
{
  "private": true,
  "devDependencies": {
    "dream-run": "file:../packages/dream-run-$version.tgz",
    "@dream-run/linux-$cpu": "file:../packages/dream-run-linux-$cpu-$version.tgz"
  }
}
END
cat > "$app/dream.json" << 'END'
{
  "projects": {
    ".": {
      "tasks": {
        "three": { "command": "exit 3" },
        "wait": { "command": "trap 'echo cleaned up; exit' TERM INT; sleep 1000 & until grep -q sleep /proc/$!/comm; do :; done; echo > \"$READY\"; wait" },
        "told": { "command": "trap 'echo cleaned up; exit' TERM INT; sleep 1000 & until grep -q sleep /proc/$!/comm; do :; done; kill -TERM $LAUNCHER; wait" },
        "usr1": { "command": "trap 'echo USR1 came; exit 0' USR1; sleep 1000 & until grep -q sleep /proc/$!/comm; do :; done; kill -USR1 $LAUNCHER; wait" }
      }
    }
  }
}
END
run npm install --offline --no-audit --no-fund || fail "npm install"
[ -f "$app/node_modules/dream-run/share/doc/dream/reference.md" ] || fail "no documents"
[ -d "$app/node_modules/@dream-run/linux-$cpu" ] || fail "the program isn't installed"
modules="$app/node_modules"
dream="$modules/.bin/dream"
launcher="$modules/dream-run/bin/dream"

expect "npx" 0 "dream $version" npx --no-install dream --version
expect "the link in .bin" 0 "dream $version" "$dream" --version
# shellcheck disable=SC2016
expect "a link to that link" 0 "dream $version" sh -c 'ln -s "$0" ../d && exec ../d --version' "$dream"
expect "by a relative path" 0 "dream $version" sh -c 'cd node_modules/.bin && sh dream --version'
expect "an exit code" 3 ".*exit code 3.*" "$dream" three
expect "its executors" 0 ".*$modules/@dream-run/linux-$cpu/lib/dream/plugins/libdream_docker.so.*" "$dream" --info
expect "dream init" 0 ".*dream.json is written.*" sh -c 'mkdir bare && cd bare && echo "web: echo hi" > Procfile && npx --no-install dream init'
cmp "$modules/dream-run/dream.schema.json" "$folder/tree/share/dream/dream.schema.json"
grep -q "== rapidjson" "$modules/@dream-run/linux-$cpu/third-party-licences" || fail "no licences"

# The launcher's process becomes dream: what is sent to it, dream receives.
# shellcheck disable=SC2016
expect "SIGTERM to the launcher" 143 ".*cleaned up.*" sh -c 'LAUNCHER=$$ exec "$0" told' "$dream"
# yarn 2 and newer start it by node, which hands SIGTERM on.
expect "by node" 0 "dream $version" node "$launcher" --version
expect "an exit code by node" 3 ".*exit code 3.*" node "$launcher" three
# shellcheck disable=SC2016
expect "SIGTERM to node" 143 ".*cleaned up.*" sh -c 'LAUNCHER=$$ exec node "$0" told' "$launcher"
cat > "$app/died.js" << 'END'
const { status, signal } = require('child_process').spawnSync('sh', ['-c', 'LAUNCHER=$$ exec node "$0" told', process.argv[2]])
console.log(signal ?? status)
END
expect "the signal that ends node" 0 SIGTERM node died.js "$launcher"
# shellcheck disable=SC2016
expect "SIGUSR1 to node" 0 ".*USR1 came.*" sh -c 'LAUNCHER=$$ exec node "$0" usr1' "$launcher"
# Ctrl-C on a terminal, below npx, too.
export READY="$folder/ready"
mkfifo "$READY"
for command in "npx --no-install dream" node_modules/.bin/dream "node node_modules/dream-run/bin/dream"; do
  { read -r _ < "$READY"; printf '\003'; } | expect "Ctrl-C of $command" 130 ".*cleaned up.*" script -qec "$command wait" /dev/null
done

# pnpm has the packages' folders elsewhere, and links to them.
store="$app/pnpm/node_modules/.pnpm"
mkdir -p "$store/dream-run@$version/node_modules/@dream-run" "$store/@dream-run+linux-$cpu@$version/node_modules/@dream-run"
cp -r "$modules/dream-run" "$store/dream-run@$version/node_modules"
cp -r "$modules/@dream-run/linux-$cpu" "$store/@dream-run+linux-$cpu@$version/node_modules/@dream-run"
ln -s "../../../@dream-run+linux-$cpu@$version/node_modules/@dream-run/linux-$cpu" "$store/dream-run@$version/node_modules/@dream-run"
ln -s ".pnpm/dream-run@$version/node_modules/dream-run" "$app/pnpm/node_modules"
expect "pnpm" 0 "dream $version" pnpm/node_modules/dream-run/bin/dream --version

# Nested: the program below the package itself, as when another version is at the top; and above the workspace's member.
mkdir -p "$app/nested/dream-run/node_modules" "$app/member/node_modules"
cp -r "$modules/dream-run" "$app/nested"
cp -r "$modules/@dream-run" "$app/nested/dream-run/node_modules"
expect "nested" 0 "dream $version" nested/dream-run/bin/dream --version
cp -r "$modules/dream-run" "$app/member/node_modules"
expect "in the root of a workspace" 0 "dream $version" member/node_modules/dream-run/bin/dream --version

# By node, a program that can't be executed.
chmod -x "$modules/@dream-run/linux-$cpu/bin/dream"
expect "by node, not executable" 126 "dream: can't start .*EACCES" node "$launcher" --version

# Without the program: what is missing, and why it may be.
rm -rf "$modules/@dream-run"
expect "without the program" 2 "dream: @dream-run/linux-$cpu is missing.*" "$dream" --version
expect "without the program, by node" 2 "dream: @dream-run/linux-$cpu is missing.*" node "$launcher" --version

# A system without glibc: there is one program in it.
if chroot / true 2> /dev/null; then
  mkdir -p "$folder/root/bin"
  cp "$(command -v busybox)" "$folder/root/bin/sh"
  ln -s sh "$folder/root/bin/readlink"
  cp "$launcher" "$folder/root/bin/dream"
  expect "a system without glibc" 2 "dream: it runs on Linux with glibc .*" chroot "$folder/root" /bin/dream --version
fi
