#include "control/place.hpp"

#include <algorithm>

#include "base/folder_stream.hpp"
#include "runtime/socket_path.hpp"

namespace dream::control {

namespace {

constexpr std::string_view prefix = "run-";

}  // namespace

Result<std::filesystem::path> socket_of(const std::string& session, const plugin::EnvironmentLookup& lookup) {
  const std::string name = std::string(prefix) + session;
  Result<std::filesystem::path> folder = runtime::socket_folder(lookup, name.size());
  if (!folder) return folder;
  return *folder / name;
}

std::string run_of(const std::filesystem::path& socket) {
  const std::string name = socket.filename().string();
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

std::vector<std::filesystem::path> sockets_of_runs(const plugin::EnvironmentLookup& lookup) {
  std::vector<std::filesystem::path> sockets;
  for (const std::filesystem::path& folder : runtime::socket_folders(lookup)) {
    const FolderStream list(::opendir(folder.c_str()));
    while (const dirent* entry = list == nullptr ? nullptr : ::readdir(list.get())) {
      const std::string_view name(&entry->d_name[0]);
      if (name.starts_with(prefix)) sockets.push_back(folder / name);
    }
  }
  std::ranges::sort(sockets);
  return sockets;
}

}  // namespace dream::control
