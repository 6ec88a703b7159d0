#include "process_identity.hpp"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

namespace dream::docker {

namespace {

std::string first_line(const std::string& path) {
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  return line;
}

/// In ticks since the boot; empty when it can't be read: hidepid, or ProtectProc, hide the processes of
/// others.
std::string start_time(const std::string& pid) {
  const std::string status = first_line("/proc/" + pid + "/stat");
  const std::size_t name_end = status.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) return {};
  std::istringstream rest(status.substr(name_end + 1));
  constexpr int first_field = 3;
  constexpr int wanted_field = 22;
  std::string word;
  for (int field = first_field; field <= wanted_field; ++field) rest >> word;
  return word;
}

/// What all processes that can see each other's pids have in common; empty when it can't be told.
std::string place() {
  std::error_code failure;
  const std::string space = std::filesystem::read_symlink("/proc/self/ns/pid", failure).string();
  const std::string boot = first_line("/proc/sys/kernel/random/boot_id");
  return failure || boot.empty() ? std::string() : boot + "/" + space;
}

}  // namespace

std::string own_identity() {
  const std::string here = place();
  const std::string pid = std::to_string(::getpid());
  const std::string start = start_time(pid);
  return here.empty() || start.empty() ? std::string() : here + "/" + pid + "/" + start;
}

bool is_dead(const std::string& identity) {
  const std::string here = place() + "/";
  if (here.size() == 1 || !identity.starts_with(here)) return false;
  const std::string rest = identity.substr(here.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string::npos) return false;
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + slash, pid);
  if (error != std::errc() || end != rest.data() + slash || pid <= 0) return false;
  if (::kill(pid, 0) != 0 && errno == ESRCH) return true;
  const std::string start = start_time(rest.substr(0, slash));
  return !start.empty() && start != rest.substr(slash + 1);
}

}  // namespace dream::docker
