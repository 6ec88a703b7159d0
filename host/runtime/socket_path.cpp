#include "runtime/socket_path.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/local/datagram_protocol.hpp>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/descriptor.hpp"
#include "base/folder_stream.hpp"
#include "plugin/place.hpp"

namespace dream::runtime {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "notify-";
constexpr std::string_view jobserver_prefix = "jobs-";
constexpr const char* fallback_prefix = "/tmp/dream-";  // and the user's number
constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;

/// Not a link, and the user's own. `others`: what the rest of the world may not do there.
bool is_own_folder(const fs::path& folder, mode_t others) {
  struct stat status {};
  return ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() &&
         (status.st_mode & others) == 0;
}

/// The user's own folder, made if it is missing. In /tmp others may have put something else there.
Result<void> make_own_folder(const fs::path& folder) {
  struct stat there {};
  if (::lstat(folder.c_str(), &there) != 0 || S_ISDIR(there.st_mode)) {
    if (auto made = plugin::make_private_folder(folder); !made) return made;
    if (is_own_folder(folder, 0077)) return {};
  }
  return Error{ErrorCode::io, "isn't a folder that is yours alone", folder.string(), {}};
}

/// Nobody has it open: its run was killed.
bool is_stale(const fs::path& socket) {
  if (fs::is_fifo(fs::symlink_status(socket))) {
    constexpr std::chrono::seconds to_open{10};  // whoever has made it
    std::error_code gone;
    if (fs::last_write_time(socket, gone) > fs::file_time_type::clock::now() - to_open) return false;
    const Descriptor end(::open(socket.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    return !end.is_open() && errno == ENXIO;
  }
  if (socket.native().size() > longest_path) return false;
  const boost::asio::local::datagram_protocol::endpoint address(socket.string());
  const Descriptor probe(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return ::connect(probe.get(), address.data(), static_cast<socklen_t>(address.size())) != 0 &&
         errno == ECONNREFUSED;
}

}  // namespace

Result<fs::path> socket_folder(const plugin::EnvironmentLookup& lookup, std::size_t name_size) {
  fs::path folder = lookup("XDG_RUNTIME_DIR").value_or("");
  const bool usable = folder.is_absolute() && is_own_folder(folder, 0022);
  folder /= "dream";
  if (usable && folder.native().size() + 1 + name_size <= longest_path && make_own_folder(folder))
    return folder;
  folder = fallback_prefix + std::to_string(::geteuid());
  if (auto made = make_own_folder(folder); !made) {
    Error error = made.error();
    error.hint = "a socket was to be made there; remove it, or set XDG_RUNTIME_DIR to a folder of yours";
    return error;
  }
  return folder;
}

std::vector<fs::path> socket_folders(const plugin::EnvironmentLookup& lookup) {
  const std::string user = std::to_string(::geteuid());
  const std::array<fs::path, 3> all{fs::path(lookup("XDG_RUNTIME_DIR").value_or("")) / "dream",
                                    fs::path("/run/user") / user / "dream", fallback_prefix + user};
  std::vector<fs::path> folders;
  for (const fs::path& folder : all) {
    std::error_code ignored;
    const bool known = std::ranges::any_of(
        folders, [&](const fs::path& other) { return fs::equivalent(folder, other, ignored); });
    if (folder.is_absolute() && is_own_folder(folder, 0077) && !known) folders.push_back(folder);
  }
  return folders;
}

void remove_stale_sockets(const fs::path& folder) {
  const FolderStream list(::opendir(folder.c_str()));
  while (const dirent* entry = list == nullptr ? nullptr : ::readdir(list.get())) {
    const std::string_view name(&entry->d_name[0]);
    const bool may_be_stale =
        name.starts_with(prefix) || name.starts_with(unnamed_prefix) || name.starts_with(jobserver_prefix);
    if (may_be_stale && is_stale(folder / name)) ::unlink((folder / name).c_str());
  }
}

namespace {

Result<std::string> new_path(const plugin::EnvironmentLookup& lookup, std::string_view begin) {
  const std::string name = std::string(begin) + plugin::new_session_id();
  const Result<fs::path> folder = socket_folder(lookup, name.size());
  if (!folder) return folder.error();
  return (*folder / name).string();
}

}  // namespace

Result<std::string> new_socket_path(const plugin::EnvironmentLookup& lookup) {
  return new_path(lookup, prefix);
}

Result<std::string> new_jobserver_path(const plugin::EnvironmentLookup& lookup) {
  return new_path(lookup, jobserver_prefix);
}

}  // namespace dream::runtime
