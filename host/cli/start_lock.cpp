#include "cli/start_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

#include "base/folder_stream.hpp"
#include "base/locked_file.hpp"
#include "history/archive.hpp"
#include "plugin/search_path.hpp"
#include "runtime/socket_path.hpp"

namespace dream::cli {

namespace {

constexpr std::string_view prefix = "start-";

/// What one that was killed has left.
void remove_unlocked(const std::filesystem::path& folder) {
  const FolderStream list(::opendir(folder.c_str()));
  while (const dirent* entry = list == nullptr ? nullptr : ::readdir(list.get())) {
    const std::string_view name(&entry->d_name[0]);
    if (!name.starts_with(prefix)) continue;
    const std::filesystem::path path = folder / name;
    const Descriptor file(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (file.is_open() && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
  }
}

}  // namespace

StartLock::StartLock(const std::string& what) {
  const std::string name = std::string(prefix) + history::mark_of(what);
  const auto folder = runtime::socket_folder(plugin::own_lookup(), name.size());
  if (!folder) return;
  remove_unlocked(*folder);
  path_ = *folder / name;
  while (true) {
    file_ = Descriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    struct stat status {};
    if (!file_.is_open() || !lock_file(file_, LOCK_EX) || ::fstat(file_.get(), &status) != 0) break;
    if (status.st_nlink > 0) return;  // else the one before took it away with its lock
  }
  static_cast<void>(file_.close());
}

StartLock::~StartLock() {
  let_go();
}

void StartLock::let_go() {
  if (!file_.is_open()) return;
  ::unlink(path_.c_str());
  static_cast<void>(file_.close());
}

}  // namespace dream::cli
