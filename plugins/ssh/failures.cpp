#include "failures.hpp"

#include <array>

#include "shared/far_command.hpp"

namespace dream::ssh {

namespace {

using sdk::Failure;

struct Known {
  std::string_view words;  ///< of ssh
  std::string_view what;   ///< behind the name of the machine
  std::string_view hint;
};

constexpr std::array<Known, 13> known{{
    {"REMOTE HOST IDENTIFICATION HAS CHANGED", "has another host key than the one that is known",
     "if the machine was set up anew, forget the old one: ssh-keygen -R HOST"},
    {"Host key verification failed", "has a host key that isn't known",
     "log in once by hand (ssh HOST), compare the key and confirm it"},
    {"Permission denied", "refuses the login",
     "try ssh HOST by hand; a key that it takes must be in ssh-agent or in the option \"identity\", without "
     "a "
     "passphrase: dream asks for no password"},
    {"Too many authentication failures", "refuses the login",
     "name the right key in the option \"identity\""},
    {"Could not resolve hostname", "can't be found", "check the option \"host\", and the network"},
    {"Connection refused", "has no ssh server that listens", "start sshd there, or set the option \"port\""},
    {"timed out", "doesn't answer", "check whether it runs, and the network between"},
    {"No route to host", "can't be reached", "check whether it runs, and the network between"},
    {"Network is unreachable", "can't be reached", "check the network"},
    {"Address already in use", "can't have its port forwarded: the port is taken on this machine",
     "end who listens there, or choose another one in the option \"forward\""},
    {"forward", "can't have its port forwarded", "see the option \"forward\""},
    {"Bad configuration option", "can't be reached: ssh's configuration is wrong",
     "mend ~/.ssh/config or the option \"config\""},
    {"bad permissions", "can't be reached: a file of ssh can be read by others", "chmod 600 that file"},
}};

std::string on(std::string_view host, std::string_view rest) {
  return "\"" + std::string(host) + "\" " + std::string(rest);
}

}  // namespace

Failure connection_failure(std::string_view host, std::string_view said) {
  for (const Known& one : known) {
    const std::size_t at = said.find(one.words);
    if (at == std::string_view::npos) continue;
    const std::size_t begin = said.rfind('\n', at) + 1;  // npos + 1 is 0
    std::string hint(one.hint);
    if (const std::size_t name = hint.find("HOST"); name != std::string::npos) hint.replace(name, 4, host);
    return {DREAM_E_FAILED,
            on(host, one.what) + ": " + plugins::last_line(said.substr(begin, said.find('\n', at) - begin)),
            hint};
  }
  const std::string line = plugins::last_line(said);
  return {DREAM_E_FAILED, on(host, "runs nothing over ssh") + (line.empty() ? "" : ": " + line),
          "try it by hand: ssh " + std::string(host) + " true"};
}

Failure refusal(std::string_view host, std::string_view word, std::string_view program,
                std::string_view directory) {
  if (word == "program") {
    return {DREAM_E_NOT_FOUND, on(host, "has no program ") + std::string(program),
            "install it there, or write its path: the PATH is the one of a login without a terminal"};
  }
  if (word == "directory") {
    return {DREAM_E_NOT_FOUND,
            on(host, "has no folder ") + std::string(directory) + ", or it can't be entered",
            "make it there, or set \"sync\": true, which copies the project into it"};
  }
  if (word == "setsid") {
    return {DREAM_E_UNSUPPORTED, on(host, "has no program setsid, by which a step is ended as a whole"),
            "install util-linux or busybox there"};
  }
  return {DREAM_E_UNSUPPORTED, on(host, "has no /proc, by which a step is ended as a whole"),
          "run steps on Linux only, with /proc mounted"};
}

Failure exec_failure(std::string_view host, int code) {
  return {DREAM_E_NOT_EXECUTABLE,
          on(host, "can't execute the step's first process (exit code " + std::to_string(code) + ")"),
          "its command and environment may be too long for the machine: ssh " + std::string(host) +
              " getconf ARG_MAX"};
}

Failure sync_failure(std::string_view host, int code, std::string_view said) {
  constexpr int not_found = 127;
  constexpr int stream_error = 12;
  constexpr int ssh_failed = 255;
  if (code == not_found || (code == stream_error && said.find("not found") != std::string_view::npos)) {
    return {DREAM_E_FAILED, on(host, "has no rsync, so nothing can be copied to it"),
            "install rsync there (Debian: apt-get install rsync)"};
  }
  if (code == ssh_failed) return connection_failure(host, said);
  const std::size_t first = said.substr(0, said.find('\n')).size();
  return {DREAM_E_FAILED,
          "rsync can't copy the project to \"" + std::string(host) + "\" (exit code " + std::to_string(code) +
              "): " + std::string(said.substr(0, first)),
          "see the option \"sync\", and whether the folder can be written to there"};
}

}  // namespace dream::ssh
