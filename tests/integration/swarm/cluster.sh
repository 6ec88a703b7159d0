#!/bin/sh
# cluster.sh start|stop FOLDER: a swarm of two engines of the tests' own, `here` and `far`, each in a network namespace
# of its own, with the image `box`, a busybox. Everything is in FOLDER; here's socket is FOLDER/here/docker.sock. Needs
# root, and of Debian's packages docker.io, iproute2, iptables and busybox-static.
set -eu
action=$1 dir=$2
PATH=$PATH:/usr/sbin:/sbin
tag=$(basename "$dir")

engine() { DOCKER_HOST="unix://$dir/$1/docker.sock" && export DOCKER_HOST && shift && docker "$@"; }
answers() { engine "$1" version > /dev/null 2>&1; }
# The engine, its containerd, and the shims of its containers: all have the folder in their command line.
processes() {
  for pid in $(pgrep -f "$dir/$1/" || true); do
    { tr "\0" " " < "/proc/$pid/cmdline"; } 2> /dev/null | grep -Eq '^[^ ]*(dockerd|containerd[^ ]*) ' && echo "$pid" || true
  done
}
# TENTHS COMMAND...: until it succeeds.
poll() {
  left=$1
  shift
  until "$@"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 0.1
  done
}
none() { [ -z "$(processes "$1")" ]; }

# Not `ip netns exec`, which hides the control groups.
launch() {
  mkdir -p "$dir/$1"
  setsid nsenter "--net=/run/netns/$tag-$1" unshare --uts sh -c 'hostname "$1"; shift; exec "$@"' - "$1" \
    dockerd "--host=unix://$dir/$1/docker.sock" "--data-root=$dir/$1/data" "--exec-root=$dir/$1/exec" \
    "--pidfile=$dir/$1/docker.pid" --bridge=none --storage-driver=vfs >> "$dir/$1/log" 2>&1 < /dev/null &
}

stop() {
  for node in here far; do
    for pid in $(processes $node); do kill "$pid" 2> /dev/null || true; done
  done
  for node in here far; do
    poll 100 none $node || for pid in $(processes $node); do kill -9 "$pid" 2> /dev/null || true; done
    [ ! -e "/run/netns/$tag-$node" ] || ip netns del "$tag-$node"
  done
  awk -v "dir=$dir/" 'index($2, dir) == 1 { print $2 }' /proc/self/mounts | sort -r | while read -r place; do
    umount -l "$place"
  done
  rm -rf "$dir"
}

start() {
  umask 022
  [ "$(id -u)" -eq 0 ] || { echo "the tests of swarms start engines: run them as root"; exit 1; }
  mkdir -p "$dir/root/bin" "$dir/root/tmp"
  chmod 1777 "$dir/root/tmp"
  cp "$(command -v busybox)" "$dir/root/bin/busybox"
  for applet in cat echo env head httpd id ls mkdir nc pwd seq sh sleep stat tail touch true wget; do
    ln -sf busybox "$dir/root/bin/$applet"
  done
  for node in here far; do
    ip netns add "$tag-$node"
    ip -n "$tag-$node" link set lo up
  done
  ip -n "$tag-here" link add eth0 type veth peer name eth0 netns "$tag-far"
  ip -n "$tag-here" addr add 10.213.7.1/24 dev eth0
  ip -n "$tag-far" addr add 10.213.7.2/24 dev eth0
  for node in here far; do
    ip -n "$tag-$node" link set eth0 up
    launch $node
  done
  for node in here far; do
    poll 600 answers $node || { tail -n 20 "$dir/$node/log"; exit 1; }
    tar -C "$dir/root" -c . | engine $node import - box > /dev/null
  done
  engine here swarm init --advertise-addr 10.213.7.1 > /dev/null
  engine far swarm join --token "$(engine here swarm join-token -q worker)" 10.213.7.1:2377 > /dev/null
}

case $action in
start)
  stop
  start
  ;;
stop) stop ;;
*) exit 2 ;;
esac
