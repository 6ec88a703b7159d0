#!/bin/bash
# build.sh [CACHE]: a real Kubernetes 1.20 (API server, controllers, scheduler, kubelet) from Debian's source package, into
# CACHE/bin (default $DREAM_KUBERNETES, or ~/.cache/dream-kubernetes): once on a machine, six minutes of two processors; it
# does nothing when they are there. Debian packages only the client; the source has every module vendored.
# Needs golang-go dpkg-dev, and what cluster.sh needs: etcd-server docker.io iproute2 iptables busybox-static curl openssl python3,
# socat, by which a kubelet forwards ports, and munge slurmctld slurmd slurm-client.
set -eu
cache=${1:-${DREAM_KUBERNETES:-$HOME/.cache/dream-kubernetes}}
mkdir -p "$cache" && cache=$(cd "$cache" && pwd -P)
programs="kube-apiserver kube-controller-manager kube-scheduler kubelet"
missing=
for program in $programs; do [ -x "$cache/bin/$program" ] || missing="$missing $program"; done
[ -n "$missing" ] || exit 0

# As debian/rules builds it: without modules.
export GO111MODULE=off GOPROXY=off CGO_ENABLED=0 GOCACHE=$cache/gocache GOPATH=$cache/gopath
tree=$GOPATH/src/k8s.io/kubernetes
mkdir -p "$cache/bin" "$(dirname "$tree")"
if [ ! -d "$tree" ]; then
  # The machine's own registries, asked for sources, with lists of their own.
  mkdir -p "$cache/apt/parts" "$cache/apt/lists/partial"
  for file in /etc/apt/sources.list.d/*.sources; do
    [ ! -e "$file" ] || sed 's/^Types: .*/Types: deb-src/' "$file" >"$cache/apt/parts/$(basename "$file")"
  done
  [ ! -s /etc/apt/sources.list ] || sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >"$cache/apt/parts/own.list"
  set -- -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$cache/apt/parts" -o Dir::State::lists="$cache/apt/lists"
  apt-get "$@" update -qq
  (cd "$cache" && rm -rf kubernetes-1.20* && apt-get "$@" source -qq kubernetes)
  mv "$cache"/kubernetes-1.20*/ "$tree"
fi
cd "$tree"
# Without CAP_SYS_RESOURCE, as in many containers, nobody may lower an oom score: no Pod would start.
sed -i 's/^\(\tdefaultSandboxOOMAdj int = \)-998/\10/' pkg/kubelet/dockershim/docker_sandbox.go
sed -i 's/^\(\tguaranteedOOMScoreAdj int = \)-997/\10/' pkg/kubelet/qos/policy.go
# reflect2 1.0.1 calls a function of Go's runtime that has another parameter since Go 1.18: JSON of a map would now and then
# overwrite whatever is there. (What the runtime writes: two words, six pointers and some numbers.)
grep -q mapiterinit_now vendor/github.com/modern-go/reflect2/unsafe_link.go ||
  sed -i -e 's/^\(.*linkname mapiterinit\) /\1_now /' \
    -e 's/^func mapiterinit(.*/func mapiterinit_now(rtype unsafe.Pointer, m unsafe.Pointer, it *hiter)\n\nfunc mapiterinit(rtype unsafe.Pointer, m unsafe.Pointer) *hiter {\n\tit := new(hiter)\n\tmapiterinit_now(rtype, m, it)\n\treturn it\n}/' \
    -e 's/^\t\/\/ rest fields are ignored/\tpointers [6]unsafe.Pointer\n\tnumbers [8]uintptr/' vendor/github.com/modern-go/reflect2/unsafe_link.go
if [ ! -e pkg/generated/openapi/zz_generated.openapi.go ]; then
  go build -p 2 -o "$cache/bin/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
  packages=$(grep -rlE --include=*.go '^// *\+k8s:openapi-gen=(true|package)' staging/src/k8s.io pkg cmd | xargs -n1 dirname | sort -u |
    grep -v -e /test -e kube-openapi -e /code-generator/ -e sample- |
    sed -e 's#^staging/src/#k8s.io/kubernetes/vendor/#' -e 's#^\(pkg\|cmd\)/#k8s.io/kubernetes/\1/#' | paste -sd,)
  "$cache/bin/openapi-gen" --logtostderr --go-header-file hack/boilerplate/boilerplate.generatego.txt -O zz_generated.openapi \
    -p k8s.io/kubernetes/pkg/generated/openapi -r "$cache/violations" -i "$packages"
fi
version=
for package in k8s.io/component-base k8s.io/kubernetes/vendor/k8s.io/component-base k8s.io/kubernetes/vendor/k8s.io/client-go; do
  version="$version -X $package/version.gitVersion=v1.20.2 -X $package/version.gitMajor=1 -X $package/version.gitMinor=20"
done
for program in $missing; do
  go build -p 2 -ldflags "-s -w $version" -o "$cache/bin/$program" "./cmd/$program"
  echo "kubernetes: built $program"
done
