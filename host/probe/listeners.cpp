#include "probe/listeners.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <sstream>
#include <string_view>

#include "base/folder_stream.hpp"
#include "base/open_file.hpp"
#include "base/read_all.hpp"
#include "base/text.hpp"
#include "probe/socket_table.hpp"

namespace dream::probe {

namespace {

std::string link_at(const std::string& path) {
  std::array<char, 64> target{};
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  return {target.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
}

/// Calls for each name of a folder until that returns false. False: the folder can't be read.
bool for_each_name(const std::string& folder, const std::function<bool(const char*)>& call) {
  const FolderStream names(::opendir(folder.c_str()));
  if (!names) return false;
  while (const dirent* entry = ::readdir(names.get()))
    if (entry->d_name[0] != '.' && !call(entry->d_name)) break;
  return true;
}

/// The inode of "socket:[123]"; 0 of anything else.
std::uint64_t socket_inode(std::string_view link) {
  constexpr std::string_view prefix = "socket:[";
  if (!link.starts_with(prefix)) return 0;
  std::uint64_t inode = 0;
  std::from_chars(link.data() + prefix.size(), link.data() + link.size(), inode);
  return inode;
}

/// False: it may not be looked into.
bool for_each_socket(pid_t pid, const std::function<bool(std::uint64_t)>& call) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  return for_each_name(folder, [&](const char* name) {
    const std::uint64_t inode = socket_inode(link_at(folder + "/" + name));
    return inode == 0 || call(inode);
  });
}

}  // namespace

std::vector<Listener> listeners_in(const std::string& table) {
  constexpr std::string_view listens = "0A";
  std::vector<Listener> all;
  std::istringstream lines(table);
  std::string line;
  std::getline(lines, line);  // the names of the columns
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::array<std::string, 10> column;
    for (std::string& word : column) words >> word;
    const auto& [number, local, remote, state, queues, timer, retransmits, user, timeout, inode] = column;
    const std::size_t colon = local.find(':');
    if (state != listens || colon == std::string::npos) continue;
    Listener listener;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), listener.port, 16);
    std::from_chars(inode.data(), inode.data() + inode.size(), listener.inode);
    std::from_chars(user.data(), user.data() + user.size(), listener.user);
    all.push_back(listener);
  }
  return all;
}

namespace {

/// Of the network namespace `space` of the process with this folder of /proc.
std::vector<Listener> listeners_of(const std::string& folder, const std::string& space) {
  if (space == link_at("/proc/self/ns/net"))
    if (auto listeners = listeners_of_own_namespace()) return *std::move(listeners);
  std::vector<Listener> all;
  for (const char* table : {"/net/tcp", "/net/tcp6"})
    for (const Listener& listener : listeners_in(file_text(folder + table))) all.push_back(listener);
  return all;
}

}  // namespace

Sockets sockets_of(const std::vector<process::ProcessStatus>& processes,
                   const std::optional<std::vector<std::uint16_t>>& ports) {
  Sockets sockets;
  std::set<std::string> namespaces;
  for (const process::ProcessStatus& process : processes) {
    // What can't be looked into is taken to be in dream's own namespace.
    const std::string folder = "/proc/" + (process.hidden() ? "self" : std::to_string(process.identity.pid));
    const std::string space = link_at(folder + "/ns/net");
    if (!process.alive() || !namespaces.insert(space).second) continue;
    for (const Listener& listener : listeners_of(folder, space))
      if (!ports || std::ranges::find(*ports, listener.port) != ports->end())
        sockets.listeners.push_back(listener);
  }
  if (sockets.listeners.empty()) return sockets;
  for (const process::ProcessStatus& process : processes) {
    const bool seen = for_each_socket(process.identity.pid, [&](std::uint64_t inode) {
      sockets.own.insert(inode);
      return true;
    });
    if (!seen && process.alive()) sockets.whole = false;
  }
  return sockets;
}

bool has_socket(pid_t pid, std::uint64_t inode) {
  bool found = false;
  for_each_socket(pid, [&](std::uint64_t one) {
    found = one == inode;
    return !found;
  });
  return found;
}

std::optional<pid_t> owner_of(std::uint64_t inode) {
  std::optional<pid_t> owner;
  for_each_name("/proc", [&](const char* name) {
    pid_t pid = 0;
    const std::string_view digits = name;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
    if (error != std::errc{} || *end != '\0') return true;
    if (has_socket(pid, inode)) owner = pid;
    return !owner;
  });
  return owner;
}

std::string describe_owner(const Listener& listener) {
  if (const auto pid = owner_of(listener.inode)) return "pid " + process::describe_process(*pid);
  return fmt::format("a process of {} that can't be looked into", user_words(listener.user));
}

}  // namespace dream::probe
