#!/bin/bash
# A real Kubernetes of two nodes, with the programs that build.sh has made; as root.
#
#   cluster.sh start FOLDER    etcd, API server, controllers and scheduler, and a node with dockerd and kubelet, in the
#                              network namespace dreamk8-1; another node in dreamk8-2. FOLDER/kubeconfig leads to it.
#                              For docs/examples/cluster, this machine has a dockerd of FOLDER/here/docker.sock, and a Slurm
#                              of FOLDER/slurm/slurm.conf.
#   cluster.sh stop FOLDER
#   cluster.sh with FOLDER COMMAND...       starts it, runs a command, and stops it
#   cluster.sh server stop|start FOLDER     its API server alone
#   cluster.sh node lose|find FOLDER        the kubelet of the second node is stopped, as if the node were gone
#
# The Pods of each node have a /24 of their own, which is routed, and reach this machine at 10.214.8.1. dns.py knows the headless
# Services by their names; there is no kube-proxy, and so there are no others.
set -u
bin=${DREAM_KUBERNETES:-$HOME/.cache/dream-kubernetes}/bin
here=$(dirname "$0")
action=$1
case $action in server | node) action="$1 $2" && shift ;; esac
dir=$2
shift 2
server=10.214.7.1
url=https://$server:16443

in_node() { # NODE COMMAND...
  local node=$1; shift
  nsenter --net=/run/netns/dreamk8-"$node" "$@"
}
daemon() { # NODE NAME COMMAND...
  local node=$1 name=$2; shift 2
  setsid nsenter --net=/run/netns/dreamk8-"$node" nice "$@" >"$dir/$name.log" 2>&1 </dev/null &
  echo $! >"$dir/$name.pid"
}
until_true() { # TENTHS COMMAND...
  local left=$1; shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ $left -gt 0 ] || { echo "kubernetes: not in time: $*" >&2; exit 1; }
    sleep .1
  done
}
ask() { curl -sf --cacert "$dir/ca.crt" -H 'Authorization: Bearer token-of-admin' "$url$1"; }
is_ready() { ask "/api/v1/nodes/$1" | tr -d ' \n' | grep -q '"type":"Ready"' && ask "/api/v1/nodes/$1" | grep -q '"reason": "KubeletReady"'; }
end() { # NAME...
  local name pid
  for name; do pid=$(cat "$dir/$name.pid" 2>/dev/null) && kill "$pid" 2>/dev/null; done
  for name; do
    pid=$(cat "$dir/$name.pid" 2>/dev/null) || continue
    for _ in $(seq 300); do kill -0 "$pid" 2>/dev/null || break; sleep .05; done
    kill -9 "$pid" 2>/dev/null
    rm -f "$dir/$name.pid"
  done
}

networks() {
  local node
  for node in 1 2; do ip netns add dreamk8-$node && ip -n dreamk8-$node link set lo up; done
  ip -n dreamk8-1 link add eth0 type veth peer name eth0 netns dreamk8-2
  for node in 1 2; do ip -n dreamk8-$node addr add 10.214.7.$node/24 dev eth0; ip -n dreamk8-$node link set eth0 up; done
  ip -n dreamk8-1 route add 10.244.2.0/24 via 10.214.7.2; ip -n dreamk8-2 route add 10.244.1.0/24 via 10.214.7.1
  ip -n dreamk8-2 route add default via 10.214.7.1
  # This machine, where dream runs, sees them through the first one.
  ip -n dreamk8-1 link add eth1 type veth peer name dreamk8 netns $$
  ip -n dreamk8-1 addr add 10.214.8.2/24 dev eth1; ip -n dreamk8-1 link set eth1 up
  ip addr add 10.214.8.1/24 dev dreamk8; ip link set dreamk8 up
  ip route add 10.214.7.0/24 via 10.214.8.2; ip route add 10.244.0.0/16 via 10.214.8.2
  ip -n dreamk8-2 route add 10.214.8.0/24 via 10.214.7.1
  in_node 1 sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward' 2>/dev/null
}
certificates() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=dream-test -keyout "$dir/ca.key" -out "$dir/ca.crt" 2>/dev/null
  signed server "/CN=kube-apiserver" "subjectAltName=IP:$server,IP:10.96.0.1"
  signed client "/O=system:masters/CN=admin" "extendedKeyUsage=clientAuth"
  openssl genrsa -out "$dir/sa.key" 2048 2>/dev/null
  printf '%s\n' 'token-of-admin,admin,1,"system:masters"' 'token-of-nobody,nobody,2' >"$dir/tokens.csv"
}
signed() { # NAME SUBJECT EXTENSION
  openssl req -newkey rsa:2048 -nodes -subj "$2" -keyout "$dir/$1.key" -out "$dir/$1.csr" 2>/dev/null
  openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -days 9 -out "$dir/$1.crt" \
    -extfile <(echo "$3") 2>/dev/null
}
kubeconfig() {
  cat >"$dir/kubeconfig" <<Y
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "$url", certificate-authority: ca.crt}}]
users:
- {name: admin, user: {token: token-of-admin}}
- {name: nobody, user: {token: token-of-nobody}}
- {name: stranger, user: {token: unknown}}
- {name: certified, user: {client-certificate-data: $(base64 -w0 "$dir/client.crt"), client-key-data: $(base64 -w0 "$dir/client.key")}}
contexts:
- {name: admin, context: {cluster: c, user: admin}}
- {name: nobody, context: {cluster: c, user: nobody}}
- {name: stranger, context: {cluster: c, user: stranger}}
- {name: certified, context: {cluster: c, user: certified, namespace: default}}
current-context: admin
Y
}
# Started by a loop that begins it anew unless there is a file `hold`: it is nobody's child who stops and starts it.
api_server() {
  rm -f "$dir/hold"
  daemon 1 keeper bash -c 'while :; do [ -e "$0/hold" ] || { "$@" & echo $! >"$0/apiserver.pid"; wait $!; }; sleep .1; done' "$dir" \
    "$bin/kube-apiserver" --etcd-servers=http://127.0.0.1:12379 --cert-dir="$dir/cert" --advertise-address=$server \
    --secure-port=16443 --tls-cert-file="$dir/server.crt" --tls-private-key-file="$dir/server.key" --client-ca-file="$dir/ca.crt" \
    --service-cluster-ip-range=10.96.0.0/16 --token-auth-file="$dir/tokens.csv" --authorization-mode=RBAC \
    --service-account-issuer=https://dream --service-account-signing-key-file="$dir/sa.key" --service-account-key-file="$dir/sa.key" \
    --kubelet-preferred-address-types=InternalIP --disable-admission-plugins=ServiceAccount --allow-privileged
  until_true 1200 ask /readyz
}
images() {
  local folder applet node
  folder=$(mktemp -d)
  chmod 755 "$folder"
  mkdir -p "$folder/bin" "$folder/tmp" "$folder/etc" "$folder/work"
  cp /bin/busybox "$folder/bin/"
  for applet in $(busybox --list); do [ "$applet" = busybox ] || ln -s busybox "$folder/bin/$applet"; done
  printf 'no program' >"$folder/bin/text"
  tar -C "$folder" -cf "$dir/image.tar" .
  rm -r "$folder"
  for node in 1 2; do
    docker -H unix://"$dir"/node$node/docker.sock import \
      -c 'ENTRYPOINT ["/bin/sh","-c","trap exit TERM INT; sleep 2147483647 & wait"]' "$dir/image.tar" pause:1 >/dev/null
    docker -H unix://"$dir"/node$node/docker.sock import "$dir/image.tar" box:1 >/dev/null
    docker -H unix://"$dir"/node$node/docker.sock import -c 'ENTRYPOINT ["/bin/echo","entry"]' -c 'CMD ["own"]' "$dir/image.tar" entry:1 >/dev/null
  done
  docker -H unix://"$dir"/here/docker.sock import "$dir/image.tar" box:1 >/dev/null
}
# It leaves the network of this machine as it is.
engine_here() {
  mkdir -p "$dir/here"
  setsid nice dockerd --host unix://"$dir"/here/docker.sock --data-root "$dir/here/data" --exec-root "$dir/here/exec" --pidfile "$dir/here/docker.pid" \
    --bridge=none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false --storage-driver=vfs >"$dir/dockerd-here.log" 2>&1 </dev/null &
  echo $! >"$dir/dockerd-here.pid"
}
# Two kubelets on one machine would remove each other's files below /var, and now and then one would speak to the dockershim
# of the other, which is another node's.
kubelet() { # NODE
  local node=$1 base=$dir/node$1
  mkdir -p "$base/log/pods" "$base/log/containers" "$base/dockershim" /var/lib/dockershim
  # A sign of life every two seconds; the controllers wait for eight.
  echo '{"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "nodeLeaseDurationSeconds": 8}' >"$base/config"
  daemon "$node" "kubelet$node" unshare -m sh -c 'mount --make-rprivate / && mount --bind "$0/log" /var/log && mount --bind "$0/dockershim" /var/lib/dockershim && exec "$@"' \
    "$base" env AWS_EC2_METADATA_DISABLED=true AWS_REGION=none "$bin/kubelet" --config="$base/config" --kubeconfig="$dir/kubeconfig" --root-dir="$base/kubelet" \
    --docker-endpoint=unix://"$base/docker.sock" --container-runtime-endpoint=unix://"$base/shim.sock" --pod-infra-container-image=pause:1 --hostname-override=node"$node" --node-ip=10.214.7."$node" \
    --cgroup-driver=cgroupfs --cgroups-per-qos=false --enforce-node-allocatable= --fail-swap-on=false --image-gc-high-threshold=100 \
    --eviction-hard= --cert-dir="$base/pki" --resolv-conf= --cluster-dns=$server --cluster-domain=cluster.local --authorization-mode=AlwaysAllow --anonymous-auth=true --runtime-request-timeout=1m \
    --volume-plugin-dir="$base/volplugins" --healthz-port=1024"$node" --sync-frequency=2s --node-status-update-frequency=1s \
    --serialize-image-pulls=false --container-runtime=docker --seccomp-profile-root="$base/seccomp" --max-pods=200
}

start() {
  mkdir -p "$dir" && dir=$(cd "$dir" && pwd -P)
  [ -x "$bin/kubelet" ] || { echo "kubernetes: no programs in $bin: run $here/build.sh" >&2; exit 1; }
  stop 2>/dev/null
  networks
  certificates
  kubeconfig
  local node
  for node in 1 2; do
    mkdir -p "$dir/node$node"
    daemon $node dockerd$node dockerd --host unix://"$dir"/node$node/docker.sock --data-root "$dir/node$node/data" --exec-root "$dir/node$node/exec" \
      --pidfile "$dir/node$node/docker.pid" --storage-driver="${DRIVER:-overlay2}" --bip=10.244.$node.1/24 --exec-opt native.cgroupdriver=cgroupfs --ip-masq=false
  done
  engine_here
  sh "$here/../slurm/cluster.sh" start "$dir/slurm"
  daemon 1 etcd etcd --data-dir "$dir/etcd" --listen-client-urls http://127.0.0.1:12379 --advertise-client-urls http://127.0.0.1:12379 \
    --listen-peer-urls http://127.0.0.1:12380 --initial-advertise-peer-urls http://127.0.0.1:12380 --initial-cluster default=http://127.0.0.1:12380 --unsafe-no-fsync
  until_true 400 in_node 1 curl -sf http://127.0.0.1:12379/health
  api_server
  daemon 1 controllers "$bin/kube-controller-manager" --kubeconfig="$dir/kubeconfig" --service-account-private-key-file="$dir/sa.key" --leader-elect=false \
    --bind-address=127.0.0.1 --secure-port=10257 --port=0 --cert-dir="$dir/controllers" --node-monitor-period=1s --node-monitor-grace-period=8s \
    --controllers=namespace,garbagecollector,endpoint,podgc,nodelifecycle,serviceaccount
  daemon 1 dns python3 "$here/dns.py" $server $url "$dir/ca.crt" token-of-admin
  daemon 1 scheduler "$bin/kube-scheduler" --kubeconfig="$dir/kubeconfig" --leader-elect=false --bind-address=127.0.0.1 --secure-port=10259 --port=0 --cert-dir="$dir/scheduler"
  for node in 1 2; do
    until_true 400 curl -s --unix-socket "$dir/node$node/docker.sock" http://d/_ping
    in_node $node iptables -P FORWARD ACCEPT  # dockerd drops what isn't its own: the Pods of the other node
  done
  until_true 400 curl -s --unix-socket "$dir/here/docker.sock" http://d/_ping
  images
  for node in 1 2; do kubelet $node; done
  for node in 1 2; do until_true 1200 is_ready node$node; done
}
stop() {
  local node
  end kubelet1 kubelet2 dns scheduler controllers keeper apiserver etcd
  sh "$here/../slurm/cluster.sh" stop "$dir/slurm"
  for node in node1 node2 here; do
    docker -H unix://"$dir"/$node/docker.sock ps -q 2>/dev/null | xargs -r docker -H unix://"$dir"/$node/docker.sock rm -f >/dev/null
  done
  end dockerd1 dockerd2 dockerd-here
  for node in 1 2; do ip netns del dreamk8-$node; done
  ip link del dreamk8 2>/dev/null
  awk -v d="$dir/" 'index($2,d)==1{print $2}' /proc/self/mounts | sort -r | xargs -r umount -l
  rm -rf "$dir/etcd" "$dir/node1" "$dir/node2" "$dir/here"
}

case $action in
  start) start ;;
  stop) stop ;;
  with) start && "$@"; result=$?; stop 2>/dev/null; exit $result ;;
  "server stop") touch "$dir/hold" && kill -9 "$(cat "$dir/apiserver.pid")" ;;
  "server start") rm -f "$dir/hold" && until_true 1200 ask /readyz ;;
  "node lose") kill -STOP "$(cat "$dir/kubelet2.pid")" ;;
  "node find") kill -CONT "$(cat "$dir/kubelet2.pid")" && until_true 600 is_ready node2 ;;
  *) echo "cluster.sh start|stop FOLDER, server stop|start FOLDER, node lose|find FOLDER" >&2; exit 2 ;;
esac
