#include "record/run_record.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <tuple>
#include <utility>

#include "base/folder_stream.hpp"
#include "base/locked_file.hpp"
#include "plugin/file_owner.hpp"
#include "record/record_text.hpp"

namespace dream::record {

namespace {

namespace fs = std::filesystem;

/// No plugin's folder has a name like that.
constexpr const char* folder_name = ".runs";
constexpr std::string_view suffix = ".json";
/// Of a record that is being written.
constexpr std::string_view unfinished_suffix = ".json.new";

Error refused(const fs::path& path, std::string what, std::string hint = {}) {
  return {ErrorCode::io, std::move(what), path.string(), std::move(hint)};
}

Error failed(const fs::path& path, const std::string& what) {
  return refused(path, what + ": " + std::strerror(errno), system_remedy(errno));
}

/// The folder of the records. What stands in it makes dream load plugins, so it has to be the user's own, as
/// everything above it. None: it isn't there.
Result<Descriptor> open_folder(const fs::path& folder) {
  const auto above = plugin::find_safe_file(folder.parent_path());
  if (!above) {
    Error error = above.error();
    error.code = ErrorCode::io;
    return error;
  }
  if (!*above) return Descriptor();
  return plugin::open_private_folder(folder, (*above)->descriptor.get());
}

/// A file of the folder that is the user's own. For writing, because some file systems lock nothing else.
Descriptor open_record(const Descriptor& folder, const std::string& name) {
  return plugin::open_private_file(folder, name, O_RDWR);
}

}  // namespace

fs::path record_path(const plugin::Place& place) {
  if (place.state.empty()) return {};
  return place.state / folder_name / (place.session + std::string(suffix));
}

Result<std::unique_ptr<OwnRecord>> OwnRecord::write(const plugin::Place& place, const RunRecord& record) {
  const fs::path path = record_path(place);
  if (path.empty()) return refused({}, "there is no folder for it", "set HOME");
  if (auto made = plugin::make_private_folder(path.parent_path()); !made) return made.error();
  const Result<Descriptor> folder = open_folder(path.parent_path());
  if (!folder) return folder.error();
  // Another dream may look at any time, also after the machine has failed.
  Descriptor file = publish_locked(*folder, path.filename().string(), record_text(record), Sync::yes);
  if (!file.is_open()) return failed(path, "can't be written");
  return std::unique_ptr<OwnRecord>(new OwnRecord(path, std::move(file)));
}

void OwnRecord::remove() {
  ::unlink(path_.c_str());
}

Result<std::vector<fs::path>> records_of_the_dead(const plugin::Place& place) {
  std::vector<std::tuple<std::int64_t, std::int64_t, fs::path>> dead;  // with the time of the last try
  if (place.state.empty()) return std::vector<fs::path>();
  const fs::path path = place.state / folder_name;
  struct stat there {};
  if (::lstat(path.c_str(), &there) != 0 && errno == ENOENT) return std::vector<fs::path>();
  Result<Descriptor> folder = open_folder(path);
  if (!folder) return folder.error();
  if (!folder->is_open()) return std::vector<fs::path>();
  const FolderStream list(::fdopendir(::fcntl(folder->get(), F_DUPFD_CLOEXEC, 0)));
  while (const dirent* entry = list == nullptr ? nullptr : ::readdir(list.get())) {
    const std::string name = entry->d_name;
    const bool is_unfinished = name.ends_with(unfinished_suffix);
    if (!is_unfinished && !name.ends_with(suffix)) continue;
    const Descriptor record = open_record(*folder, name);
    struct stat status {};
    if (!record.is_open() || !lock_file(record, LOCK_EX | LOCK_NB) || ::fstat(record.get(), &status) != 0)
      continue;
    if (status.st_nlink == 0) continue;  // its run has written a new one meanwhile
    if (is_unfinished) {
      ::unlinkat(folder->get(), name.c_str(), 0);
    } else {
      dead.emplace_back(status.st_mtim.tv_sec, status.st_mtim.tv_nsec, path / name);
    }
  }
  std::ranges::sort(dead);
  std::vector<fs::path> records;
  records.reserve(dead.size());
  for (auto& [seconds, nanoseconds, record] : dead) records.push_back(std::move(record));
  return records;
}

Result<Descriptor> take_record(const fs::path& path) {
  Result<Descriptor> folder = open_folder(path.parent_path());
  if (!folder) return folder.error();
  const std::string name = path.filename().string();
  struct stat status {};
  if (!folder->is_open() || ::fstatat(folder->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return Descriptor();  // somebody else was faster
  }
  Descriptor record = open_record(*folder, name);
  if (!record.is_open()) return refused(path, "is ignored: it isn't a file that is yours alone");
  // Only one at a time; where the file system has no locks, two do no harm.
  static_cast<void>(lock_file(record, LOCK_EX));
  if (::fstat(record.get(), &status) != 0 || status.st_nlink == 0) return Descriptor();
  return record;
}

}  // namespace dream::record
