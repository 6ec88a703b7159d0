#include "far_script.hpp"

#include <algorithm>
#include <array>
#include <dream/sdk.hpp>
#include <string_view>

namespace dream::ssh {

namespace {

/// Functions of the shell over there; any sh of POSIX runs them.
///
/// What belongs to the step: the session of its first process, and whatever has DREAM_FAR in the environment
/// that it was started with. The file of a process that has just ended can't be read, which is no matter.
constexpr std::string_view functions = R"sh(
pause() { sleep 0.1 || sleep 1; }
look() {
  all= others= stats=
  [ -z "$sid" ] || ! kill -s 0 -- "-$sid" || stats=/proc/[0-9]*/stat
  for f in $stats $(grep -lsF "DREAM_FAR=$nonce" /proc/[0-9]*/environ); do
    p=${f#/proc/} p=${p%%/*}
    case " $all " in *" $p "*) continue ;; esac
    read -r t < "/proc/$p/stat" || continue
    set -- ${t##*) }
    case $1 in Z | X) continue ;; esac
    case $f in */stat) [ "$4" = "$sid" ] || continue ;; esac
    all="$all $p"
    [ "$3" = "$sid" ] || others="$others $p"
  done
}
hit() {
  [ -z "$sid" ] || kill -s "$1" -- "-$sid"
  for p in $others; do kill -s "$1" "$p"; done
}
tell() {
  look
  hit "$1"
  hit CONT
}
end() {
  tries=0
  while look; [ -n "$all" ] && [ $tries -lt 20 ]; do hit KILL; tries=$((tries + 1)); pause; done
}
watch() {
  while read -r word number <&3; do
    case $word in
    is) sid=$number ;;
    9) end ;;
    *) tell "$word" ;;
    esac
  done
  end
}
settle() {
  look
  [ -n "$all" ] || return
  pause; pause; look
  [ -n "$all" ] || return
  tell "$stop"
  tries=0
  while look; [ -n "$all" ] && [ $tries -lt $grace ]; do pause; tries=$((tries + 1)); done
  end
}
say() { printf '\036%s %s\n' "$nonce" "$1"; }
refuse() { say "refused $1" >&6; exit 0; }
)sh";

/// In the session of its own that the step's first process has, which this becomes: tells the session, puts
/// its streams in place, and marks on both where the step's own output begins.
constexpr std::string_view first_process = R"sh(
echo $$
exec 1>&5 2>&6
command -v -- "$1" > /dev/null 2>&1 || { printf '\036%s refused program\n' "$DREAM_FAR" >&2; exit 127; }
printf '\036%s begins\n' "$DREAM_FAR"
printf '\036%s started %s\n' "$DREAM_FAR" $$ >&2
exec 5>&- 6>&-
exec "$@"
)sh";

/// Of some shell's own: it can't be set there, not for others either, or that ends the shell.
constexpr std::array<std::string_view, 14> names_of_shells{
    "UID", "EUID",   "PPID",   "SHELLOPTS", "BASHOPTS", "BASH_VERSINFO", "GROUPS",
    "_",   "LINENO", "RANDOM", "SECONDS",   "OPTIND",   "BASHPID",       "IFS"};

bool can_be_exported(std::string_view name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  return std::ranges::find(names_of_shells, name) == names_of_shells.end() && !name.empty() &&
         letters.find(name.front()) != std::string_view::npos &&
         name.find_first_not_of(std::string(letters) + "0123456789") == std::string_view::npos;
}

/// The lines that export the environment. A shell can't export every name that a process can have there: what
/// is left is for the program `env`.
std::string environment_of(const FarTask& task, std::vector<std::string>& argv) {
  std::string exports;
  std::vector<std::string> odd;
  for (const std::string& entry : task.environment) {
    const std::string name = entry.substr(0, entry.find('='));
    if (can_be_exported(name)) {
      exports += "export " + name + "=" + sdk::shell_word(entry.substr(name.size() + 1)) + "\n";
    } else {
      odd.push_back(entry);
    }
  }
  if (!odd.empty()) {
    argv.insert(argv.begin(), odd.begin(), odd.end());
    argv.insert(argv.begin(), "env");
  }
  return exports;
}

}  // namespace

std::string far_command(const std::string& nonce) {
  // Neither csh nor fish reads this in another way: nothing in it is special between single quotes.
  return R"(exec /bin/sh -c 'n=$(printf "\n.");n=${n%.};s=;while IFS= read -r l;do case $l in "#)" + nonce +
         R"(") eval "$s";exit;;esac;s=$s$l$n;done;exit 1')";
}

std::string far_script(const FarTask& task) {
  std::vector<std::string> argv = task.argv;
  const std::string exports = environment_of(task, argv);
  constexpr unsigned tenth_ms = 100;
  std::string script = "nonce=" + task.nonce + " sid= stop=" + std::to_string(task.stop_signal) +
                       " grace=" + std::to_string(task.grace_ms / tenth_ms) + "\n";
  // The shell's own words ("Killed") are no output of the step.
  script += "exec 3<&0 5>&1 6>&2 < /dev/null > /dev/null 2>&1";
  script += functions;
  script += "command -v setsid || refuse setsid\n[ -r /proc/self/environ ] || refuse proc\n";
  if (!task.directory.empty()) {
    const std::string_view here = task.directory.starts_with('/') ? "" : "./";
    script += "cd " + sdk::shell_word(std::string(here) + task.directory) + " || refuse directory\n";
  }
  script += "( watch ) 5>&- 6>&- &\nwatcher=$!\n";
  // In the foreground, as what a shell starts in the background can't hear SIGINT. The environment is no word
  // of a command: everybody could read it, and it could be too long for one.
  script += "sid=$(set -- \"$nonce\" \"$(command -v setsid)\"\n" + exports + "export DREAM_FAR=\"$1\"\n" +
            "\"$2\" /bin/sh -c " + sdk::shell_word(first_process) + " sh " + sdk::shell_line(argv) +
            " 3<&-)\n";
  script += "code=$?\nsettle\nkill $watcher\nsay \"ended $code\" >&5\nsay \"ended $code\" >&6\n";
  return script + "#" + task.nonce + "\n";
}

}  // namespace dream::ssh
