#!/bin/sh
# guest.sh PACKAGE: in an empty system, as root: installs the .deb or .tar.gz, and runs a small workspace with it. The last
# line says that it works.
set -eu
package=$1

fail() {
  echo "$*: $(cat /tmp/out)"
  exit 1
}
case $package in
*.deb) dpkg -i "$package" > /tmp/out || fail "$package can't be installed" ;;
*.tar.gz) tar -xzf "$package" -C /usr/local --strip-components=1 ;;
esac

rm -rf /tmp/work
mkdir -p /tmp/work/db /tmp/work/app
cd /tmp/work
mkfifo held
# A shell between fork and exec loses a signal: what is to be stopped is there before the service is ready.
cat > dream.json << 'END'
{
  "workspace": { "./app": { "dev": [{ "projectPath": "./db", "task": "start" }] } },
  "projects": {
    "./db": {
      "tasks": {
        "start": {
          "command": "trap 'echo the database is closed; exit' TERM; sleep 1000 & until grep -q sleep /proc/$!/comm; do :; done; echo listening; wait",
          "service": true,
          "ready": { "log": "listening" }
        }
      }
    },
    "./app": {
      "tasks": {
        "dev": { "command": "echo the app has run; exit 3" },
        "hold": { "command": "exec 9> ../held; echo begun >&9; setsid sleep 1000 & sleep 1000" }
      }
    }
  }
}
END
dream --version
dream validate

code=0
dream -C app dev > /tmp/out 2>&1 || code=$?
cat /tmp/out
[ $code -eq 3 ] || fail "exit code $code"
for line in "the app has run" "the database is closed"; do
  grep -q "$line" /tmp/out || fail "no \"$line\""
done

# After kill -9 nothing lives on: the pipe ends when the last process that has it open does.
dream -C app hold > /tmp/out 2>&1 &
dream=$!
{
  read -r _
  kill -9 $dream
  cat
} < held
echo "nothing lives on after kill -9"

case $package in
*.deb)
  dpkg -r dream > /tmp/out
  for file in /usr/bin/dream /usr/lib/dream; do [ ! -e $file ] || fail "$file is still there"; done
  ;;
esac
echo "$(basename "$package") works"
