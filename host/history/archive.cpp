#include "history/archive.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "base/folder_stream.hpp"
#include "base/hash.hpp"
#include "base/locked_file.hpp"
#include "base/open_file.hpp"
#include "base/read_all.hpp"
#include "control/run_info.hpp"
#include "plugin/search_path.hpp"

namespace dream::history {

namespace {

namespace fs = std::filesystem;

/// No plugin's folder has a name like that.
constexpr const char* folder_name = ".history";
constexpr std::string_view suffix = ".jsonl";
/// Of a record that is being written.
constexpr std::string_view unfinished_suffix = ".jsonl.new";
constexpr std::size_t mark_size = 16;
constexpr std::size_t time_size = 15;

Error failed(const fs::path& path, const std::string& what) {
  return {ErrorCode::io, what + ": " + std::strerror(errno), path.string(), system_remedy(errno)};
}

std::optional<Entry> entry_of(std::string_view name) {
  if (!name.ends_with(suffix) || name.size() <= mark_size + time_size + 2 + suffix.size())
    return std::nullopt;
  Entry entry{.workspace = std::string(name.substr(0, mark_size)), .name = std::string(name)};
  const std::string_view time = name.substr(mark_size + 1, time_size);
  const auto [end, wrong] = std::from_chars(time.data(), time.data() + time.size(), entry.started_ms);
  const std::size_t run = mark_size + 1 + time_size + 1;
  if (wrong != std::errc() || end != time.data() + time.size() || name[mark_size] != '-' ||
      name[run - 1] != '-')
    return std::nullopt;
  entry.run = name.substr(run, name.size() - suffix.size() - run);
  return entry;
}

}  // namespace

std::string mark_of(const fs::path& root) {
  return fmt::format("{:016x}", hash_of(root.native()));
}

std::string name_of(const fs::path& root, std::int64_t started_ms, const std::string& run) {
  return fmt::format("{}-{:0{}}-{}{}", mark_of(root), std::max<std::int64_t>(started_ms, 0), time_size, run,
                     suffix);
}

Result<Archive> Archive::open(const plugin::Place& place) {
  if (place.state.empty()) return Archive({}, Descriptor());
  fs::path path = place.state / folder_name;
  Result<Descriptor> folder = plugin::open_private_folder(path);
  if (!folder) return folder.error();
  return Archive(std::move(path), std::move(*folder));
}

Result<Archive> Archive::open_own() {
  return open(*plugin::make_place({}, {}, plugin::own_lookup()));
}

Result<Archive> Archive::make(const plugin::Place& place) {
  if (place.state.empty()) return Error{ErrorCode::io, "there is no folder for it", {}, "set HOME"};
  if (auto made = plugin::make_private_folder(place.state / folder_name); !made) return made.error();
  return open(place);
}

std::vector<Entry> Archive::entries() const {
  std::vector<Entry> all;
  if (!folder_.is_open()) return all;
  const FolderStream list(::opendir(path_.c_str()));
  while (const dirent* found = list == nullptr ? nullptr : ::readdir(list.get()))
    if (auto entry = entry_of(&found->d_name[0])) all.push_back(*std::move(entry));
  std::ranges::sort(all, [](const Entry& a, const Entry& b) {
    return std::pair(a.started_ms, a.run) > std::pair(b.started_ms, b.run);
  });
  return all;
}

std::vector<Entry> Archive::entries_of(const fs::path& root) const {
  std::vector<Entry> all = entries();
  std::erase_if(all, [mark = mark_of(control::real_root(root))](const Entry& entry) {
    return entry.workspace != mark;
  });
  return all;
}

/// A folder that may not be written any more can be read.
Descriptor Archive::open_file(const std::string& name) const {
  Descriptor file = plugin::open_private_file(folder_, name, O_RDWR);
  return file.is_open() ? std::move(file) : plugin::open_private_file(folder_, name, O_RDONLY);
}

Result<std::string> Archive::read(const Entry& entry) const {
  const fs::path path = path_ / entry.name;
  const Descriptor file = open_file(entry.name);
  if (!file.is_open()) return failed(path, "can't be read");
  Result<std::string> text = read_all(file.get(), most_read);
  if (!text) return Error{ErrorCode::io, text.error().message, path.string(), text.error().hint};
  return text;
}

bool Archive::is_held(const Entry& entry) const {
  constexpr int most_tries = 10;
  for (int tries = 0; tries < most_tries; ++tries) {
    const Descriptor file = open_file(entry.name);
    if (!file.is_open()) return false;
    if (!lock_file(file, LOCK_SH | LOCK_NB)) return errno == EWOULDBLOCK;
    // A run puts a shorter file in the place of its record when that gets too large.
    if (has_name(file, folder_, entry.name)) return false;
  }
  return true;
}

bool Archive::remove(const std::string& name) const {
  const Descriptor file = open_file(name);
  return file.is_open() && lock_file(file, LOCK_EX | LOCK_NB) && has_name(file, folder_, name) &&
         ::unlinkat(folder_.get(), name.c_str(), 0) == 0;
}

void Archive::make_room(const std::string& workspace, const Limits& limits) const {
  const FolderStream list(::opendir(path_.c_str()));
  while (const dirent* found = list == nullptr ? nullptr : ::readdir(list.get())) {
    const std::string name = &found->d_name[0];
    if (name.ends_with(unfinished_suffix)) remove(name);
  }
  std::size_t bytes = limits.bytes_of_run;  // what the one that comes may need
  std::size_t runs = 1;
  std::map<std::string, std::size_t, std::less<>> of_workspaces{{workspace, 1}};
  for (const Entry& entry : entries()) {
    struct stat status {};
    if (::fstatat(folder_.get(), entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    const auto size = static_cast<std::size_t>(status.st_size);
    std::size_t& of_workspace = of_workspaces[entry.workspace];
    const bool has_room =
        bytes + size <= limits.bytes && runs < limits.runs && of_workspace < limits.runs_of_workspace;
    if (!has_room && remove(entry.name)) continue;
    bytes += size;
    ++runs;
    ++of_workspace;
  }
}

}  // namespace dream::history
