#!/bin/sh
# sbom_test.sh FOLDER VERSION SOURCE: what packaging/sbom writes, and that no dependency is forgotten.
set -eu
folder=$1 version=$2 source=$3

fail() {
  echo "$*" >&2
  exit 1
}
rm -rf "$folder"
mkdir -p "$folder/packaging/cmake"
sbom="$folder/packaging/sbom"
cp "$source/packaging/sbom" "$folder/packaging"
cp "$source/packaging/cmake/dependencies.cmake" "$folder/packaging/cmake"

"$sbom" "$version" x64 > "$folder/x64" || fail "no SBOM"
python3 - "$folder/x64" "$version" << 'END' || fail "the SBOM is wrong"
import json, subprocess, sys
document = json.load(open(sys.argv[1]))
packages = {package["SPDXID"]: package for package in document["packages"]}
assert document["spdxVersion"] == "SPDX-2.3" and packages["SPDXRef-dream"]["versionInfo"] == sys.argv[2]
inside = {relation["relatedSpdxElement"] for relation in document["relationships"]}
assert inside == set(packages), inside ^ set(packages)
installed = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "rapidjson-dev"], capture_output=True, text=True).stdout
assert packages["SPDXRef-rapidjson"]["versionInfo"] == installed
END

# The same content is the same document.
SOURCE_DATE_EPOCH=0 "$sbom" "$version" x64 > "$folder/first"
SOURCE_DATE_EPOCH=0 "$sbom" "$version" x64 | cmp - "$folder/first"

echo 'dream_require(fresh libfresh-dev)' >> "$folder/packaging/cmake/dependencies.cmake"
"$sbom" "$version" x64 > "$folder/out" 2>&1 && fail "a dependency without an entry is passed over"
grep -q "libfresh-dev is a dependency" "$folder/out" || fail "it isn't named: $(cat "$folder/out")"
cp "$source/packaging/cmake/dependencies.cmake" "$folder/packaging/cmake"

"$sbom" --licences > "$folder/licences" || fail "no licences"
for library in rapidjson cli11 spdlog libmd tomlplusplus utf8proc yaml-cpp; do
  grep -qx "== $library" "$folder/licences" || fail "the licence of $library isn't shown"
done
