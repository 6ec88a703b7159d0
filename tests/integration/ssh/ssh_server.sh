#!/bin/sh
# ssh_server.sh start|stop FOLDER: an ssh server of the tests' own, on a free port of 127.0.0.1. Its keys, its log and the
# configurations for its clients are in FOLDER; it reads nothing of the machine's own server, nor anybody's ~/.ssh.
#
#   client      the Host `far`, with the key that it takes, and its own key known
#   stranger    the same without its key being known
#   refused     the same with a key that it doesn't take
#   known_host  no Host and no key; the key of the server is known
set -eu
dir=$2

alive() {  # another process may have this number by now
  [ -s "$dir/pid" ] && tr '\0' ' ' < "/proc/$(cat "$dir/pid" 2> /dev/null)/cmdline" 2> /dev/null | grep -q "sshd.*$dir/"
}

stop() {
  ! alive || kill "$(cat "$dir/pid")"
  while alive; do :; done
}

client() {  # NAME KEY KNOWN_HOSTS
  cat > "$dir/$1" << END
Host far
  HostName 127.0.0.1
  Port $port
  User $(id -un)
  IdentityFile $dir/$2
Host *
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile $3
  GlobalKnownHostsFile /dev/null
END
}

start() {
  rm -rf "$dir"
  mkdir -m 700 "$dir"
  for key in host key other; do ssh-keygen -q -t ed25519 -N '' -C '' -f "$dir/$key"; done
  port=$(python3 "$(dirname "$0")/../server_port.py" 1)
  echo "$port" > "$dir/port"
  echo "[127.0.0.1]:$port $(cat "$dir/host.pub")" > "$dir/known_hosts"
  cp "$dir/key.pub" "$dir/authorized_keys"
  cat > "$dir/sshd_config" << END
ListenAddress 127.0.0.1
Port $port
HostKey $dir/host
AuthorizedKeysFile $dir/authorized_keys
PidFile $dir/pid
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
LogLevel INFO
MaxStartups 10
END
  client client key "$dir/known_hosts"
  client stranger key /dev/null
  client refused other "$dir/known_hosts"
  client known_host none "$dir/known_hosts"
  sed -i '/Host far/,/IdentityFile/d' "$dir/known_host"
  # Where it puts itself behind bars; the package makes it at the boot.
  [ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
  PATH=$PATH:/usr/sbin:/sbin
  "$(command -v sshd)" -f "$dir/sshd_config" -E "$dir/log" || {
    echo "sshd did not start (apt-get install openssh-server): $(cat "$dir/log")" >&2
    exit 1
  }
  # It listens before it writes that.
  while [ ! -s "$dir/pid" ]; do :; done
}

case $1 in
start)
  stop
  start
  ;;
stop)
  stop
  rm -rf "$dir"
  ;;
*) exit 2 ;;
esac
