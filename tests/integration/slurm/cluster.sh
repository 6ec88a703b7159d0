#!/bin/sh
# cluster.sh start|stop FOLDER: a Slurm of three nodes of the tests' own, without systemd. Everything is in FOLDER, on free
# ports of 127.0.0.1; its clients need SLURM_CONF=FOLDER/slurm.conf. As root it has control groups, so that nothing of a job
# outlives it; else what a job leaves in sessions of its own lives on.
set -eu
action=$1 dir=$2
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
export SLURM_CONF="$dir/slurm.conf"

# NAME COMMAND...: in the foreground of a session of its own, so that its pid is known.
daemon() {
  name=$1
  shift
  setsid "$@" >> "$dir/$name.out" 2>&1 < /dev/null &
  echo $! > "$dir/$name.child"
}
alive() {  # another process may have this number by now
  [ -s "$dir/$1.child" ] && tr '\0' ' ' < "/proc/$(cat "$dir/$1.child")/cmdline" 2> /dev/null | grep -q "$dir/"
}
# TENTHS COMMAND...: until it succeeds.
poll() {
  left=$1
  shift
  until "$@" > /dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 0.1
  done
}
idle() { [ "$(sinfo -h -o '%T %D')" = "idle 3" ]; }
daemons="slurmd.n1 slurmd.n2 slurmd.n3 slurmctld munged"

stop() {
  [ -d "$dir" ] || return 0
  ! alive slurmctld || timeout 10 scancel "--user=$(id -un)" || true
  for name in $daemons; do ! alive "$name" || kill "$(cat "$dir/$name.child")"; done
  for name in $daemons; do
    left=100
    while alive "$name"; do
      left=$((left - 1))
      [ "$left" -gt 0 ] || kill -9 "$(cat "$dir/$name.child")"
      sleep 0.05
    done
  done
  rm -rf "$dir"
}

start() {
  umask 022
  mkdir -p "$dir/state" "$dir/spool.n1" "$dir/spool.n2" "$dir/spool.n3"
  port=$(python3 "$here/../server_port.py" 4)
  track=linuxproc
  [ "$(id -u)" -ne 0 ] || track=cgroup
  sed -e "s#@DIR@#$dir#g; s#@HOST@#$(hostname -s)#g; s#@USER@#$(id -un)#g; s#@PROCTRACK@#$track#g; s#@CPUS@#16#g" \
    -e "s#@PORT0@#$port#g; s#@PORT1@#$((port + 1))#g; s#@PORT3@#$((port + 3))#g" "$here/slurm.conf.in" > "$SLURM_CONF"
  cp "$here/cgroup.conf" "$dir/cgroup.conf"
  (umask 077 && head -c 64 /dev/urandom > "$dir/munge.key")
  daemon munged munged --foreground --force "--socket=$dir/munge.sock" "--key-file=$dir/munge.key" \
    "--pid-file=$dir/munged.pid" "--seed-file=$dir/munged.seed" "--log-file=$dir/munged.log" --num-threads=2
  poll 300 munge -n -S "$dir/munge.sock" || { cat "$dir/munged.out"; exit 1; }
  daemon slurmctld slurmctld -D -i -f "$SLURM_CONF"
  for node in n1 n2 n3; do daemon "slurmd.$node" slurmd -D -N "$node" -f "$SLURM_CONF"; done
  poll 900 idle || { tail -n 20 "$dir"/*.log; exit 1; }
}

case $action in
start)
  stop
  start
  ;;
stop) stop ;;
*) exit 2 ;;
esac
