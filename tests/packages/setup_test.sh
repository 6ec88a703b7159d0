#!/bin/sh
# setup_test.sh SOURCE FOLDER: packaging/setup with a dpkg, an apt-get and a sudo that only write down what they are asked.
set -eu
source=$1 folder=$2
bin=$folder/bin

fail() {
  echo "$*: $(cat "$folder/out") / $(cat "$folder/asked")" >&2
  exit 1
}
tool() {  # NAME: its script is stdin
  { echo "#!/bin/sh"; cat; } > "$bin/$1"
  chmod +x "$bin/$1"
}
# What is in the file `there` is installed; installing puts it there.
start() {  # UID
  rm -rf "$folder"
  mkdir -p "$bin"
  : > "$folder/asked"
  : > "$folder/there"
  echo "echo $1" | tool id
  ln -s "$(command -v env)" "$bin/env"
  echo 'while read -r name; do [ "$name" != "$4" ] || echo "install ok installed"; done < "'"$folder"'/there"' | tool dpkg-query
  tool apt-get << END
echo "apt-get \$* \$DEBIAN_FRONTEND" >> "$folder/asked"
[ "\$1" = install ] || exit 0
shift 4
for name in "\$@"; do echo "\$name" >> "$folder/there"; done
END
}
setup() {
  PATH=$bin /bin/sh "$source/packaging/setup" "$@" > "$folder/out" 2>&1
}
packages_of() {  # what the assignment to packages begins with
  sed -n "/^ *packages=\"$1/,/\"\$/p" "$source/packaging/setup" | tr -d '"\n' | sed "s/^ *packages=//; s/\$packages//"
}
product=$(packages_of ca-certificates)
tests=$(packages_of '\$packages bindgen')

# For the product alone: no tool that only the tests need.
start 0
setup || fail "setup failed for the product"
for name in $product; do grep -q "^$name\$" "$folder/there" || fail "$name isn't installed"; done
[ -n "$tests" ] || fail "no packages of the tests"
for name in $tests cargo nodejs; do
  grep -q "^$name\$" "$folder/there" && fail "$name is installed without --test"
done
start 0
setup --release || fail "setup failed for a release"
for name in $product g++-aarch64-linux-gnu qemu-user-static npm; do
  grep -q "^$name\$" "$folder/there" || fail "$name isn't installed for a release"
done
setup --nonsense && fail "an unknown option is taken"
everything="$product $tests"

# As root: what it will do is said, then done, and it is the whole list.
start 0
setup --test || fail "setup failed as root"
for name in $everything cargo nodejs npm; do
  grep -q " $name\( \|\$\)" "$folder/out" || fail "$name isn't announced"
  grep -q "^$name\$" "$folder/there" || fail "$name isn't installed"
done
grep -q '^apt-get update -qq noninteractive$' "$folder/asked" || fail "the lists of packages aren't read"

# Again, with nothing to do: no word to apt-get, so no network is needed.
: > "$folder/asked"
for name in cargo node npm; do echo "exit 0" | tool $name; done
setup --test || fail "setup failed the second time"
grep -q "everything is installed already" "$folder/out" || fail "not everything is there"
[ ! -s "$folder/asked" ] || fail "apt-get was asked with nothing to do"

# One is missing: one is installed.
grep -v '^cmake$' "$folder/there" > "$folder/rest"
mv "$folder/rest" "$folder/there"
setup --test || fail "setup failed with one missing"
grep -q '^apt-get install -y -qq --no-install-recommends cmake noninteractive$' "$folder/asked" || fail "not cmake alone"

# Someone else: by sudo, which hands no variables on; without it nothing is done, and said what would be.
start 1000
setup --test && fail "setup worked without root"
grep -q "install sudo; it would install: .*cmake" "$folder/out" || fail "what it would install isn't said"
[ ! -s "$folder/asked" ] || fail "apt-get was asked without root"
printf 'echo sudo >> "%s/asked"\nunset DEBIAN_FRONTEND\nexec "$@"\n' "$folder" | tool sudo
setup --test || fail "setup failed with sudo"
[ "$(grep -c '^sudo$' "$folder/asked")" -eq 2 ] || fail "not by sudo"
grep -q '^apt-get install .* noninteractive$' "$folder/asked" || fail "apt-get may ask questions"

# apt-get fails, and so does setup.
start 0
echo "exit 100" | tool apt-get
setup --test && fail "setup didn't fail with apt-get"

# Every package that the configuration may name as missing is one that setup installs.
for name in $(sed -n 's/^ *dream_require([^ ]* \([^)]*\))$/\1/p' "$source/packaging/cmake/dependencies.cmake"); do
  case " build-essential libc6-dev $everything " in
  *" $name "*) ;;
  *) [ "$name" = package ] || fail "$name is not in packaging/setup" ;;
  esac
done
