#include "client.hpp"

#include <dream/sdk.hpp>

namespace dream::ssh {

namespace {

/// As rsync splits its option -e: at blanks, outside of quotes; a quote within them is doubled.
std::string rsync_word(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "''" : std::string(1, c);
  return quoted + "'";
}

void add(std::vector<std::string>& words, std::initializer_list<std::string> more) {
  words.insert(words.end(), more);
}

void add_socket(std::vector<std::string>& words, const std::string& socket) {
  // Ports that ssh's configuration forwards are taken once, by whoever logs in by hand.
  add(words, {"-S", socket.empty() ? "none" : socket, "-o", "ControlMaster=no"});
  if (!socket.empty()) add(words, {"-o", "ClearAllForwardings=yes"});
}

}  // namespace

std::vector<std::string> ssh_words(const Options& options) {
  std::vector<std::string> words{"ssh", "-T", "-x"};
  if (!options.config.empty()) add(words, {"-F", options.config});
  if (options.port) add(words, {"-p", std::to_string(*options.port)});
  if (!options.user.empty()) add(words, {"-l", options.user});
  if (!options.identity.empty()) add(words, {"-i", options.identity, "-o", "IdentitiesOnly=yes"});
  // Nothing is ever asked; a connection that is dead is noticed after 15 s.
  for (const char* option : {"BatchMode=yes", "LogLevel=ERROR", "ConnectTimeout=10", "ServerAliveInterval=5",
                             "ServerAliveCountMax=3", "RequestTTY=no", "RemoteCommand=none",
                             "ControlPersist=no", "EscapeChar=none"}) {
    add(words, {"-o", option});
  }
  return words;
}

std::vector<std::string> master_words(const Options& options, const std::string& socket) {
  std::vector<std::string> words = ssh_words(options);
  add(words, {"-N", "-M", "-S", socket, "-o", "ClearAllForwardings=yes", "-o", "PermitLocalCommand=yes", "-o",
              "LocalCommand=echo ready", "--", options.host});
  return words;
}

std::vector<std::string> session_words(const Options& options, const std::string& socket,
                                       const std::string& command) {
  std::vector<std::string> words = ssh_words(options);
  add_socket(words, socket);
  add(words, {"-o", "PermitLocalCommand=no", "-o", "ExitOnForwardFailure=yes"});
  for (const std::string& port : options.forward) add(words, {"-L", port});
  add(words, {"--", options.host, command});
  return words;
}

std::vector<std::string> rsync_words(const Options& options, const std::string& socket,
                                     const std::string& folder) {
  std::vector<std::string> ssh = ssh_words(options);
  add_socket(ssh, socket);
  std::string shell;
  for (const std::string& word : ssh) shell += (shell.empty() ? "" : " ") + rsync_word(word);
  std::vector<std::string> words{"rsync",          "--archive", "--compress", "--mkpath",
                                 "--protect-args", "-e",        shell};
  if (options.sync->removes) words.emplace_back("--delete");
  if (options.sync->gitignore) words.emplace_back("--filter=:- .gitignore");
  for (const std::string& pattern : options.sync->exclude) words.push_back("--exclude=" + pattern);
  // An IPv6 address has colons of its own.
  const std::size_t at = options.host.rfind('@') + 1;  // npos + 1 is 0
  std::string host = options.host.substr(at);
  if (host.find(':') != std::string::npos && !host.starts_with('[')) host = "[" + host + "]";
  const std::string there = options.directory.starts_with('/') ? options.directory : "./" + options.directory;
  add(words, {"--", folder + "/", options.host.substr(0, at) + host + ":" + there + "/"});
  return words;
}

}  // namespace dream::ssh
