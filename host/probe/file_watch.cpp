#include "probe/file_watch.hpp"

#include <linux/magic.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/descriptor.hpp"

namespace dream::probe {

namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t goes_away = IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t changes = IN_CREATE | IN_MOVED_TO | IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE;
constexpr std::uint32_t ends_the_watch = goes_away | IN_IGNORED | IN_UNMOUNT | IN_Q_OVERFLOW;

/// Only this kernel changes what is on these. On others (NFS, 9p, virtiofs) files appear without a word, and
/// so they do in /proc.
bool tells_all_changes(const fs::path& folder) {
  constexpr std::uint32_t zfs_magic = 0x2fc12fc1;
  constexpr std::array<std::uint32_t, 8> known{
      EXT4_SUPER_MAGIC,      XFS_SUPER_MAGIC,  BTRFS_SUPER_MAGIC, TMPFS_MAGIC,
      OVERLAYFS_SUPER_MAGIC, F2FS_SUPER_MAGIC, RAMFS_MAGIC,       zfs_magic};
  struct statfs system {};
  return ::statfs(folder.c_str(), &system) == 0 &&
         std::ranges::find(known, static_cast<std::uint32_t>(system.f_type)) != known.end();
}

/// What is done to the target of a link, or to a file that is mounted there, its folder doesn't tell.
bool is_in_its_folder(const fs::path& file) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0) return true;  // not yet there
  struct stat folder {};
  return !S_ISLNK(status.st_mode) && ::stat(file.parent_path().c_str(), &folder) == 0 &&
         status.st_dev == folder.st_dev;
}

}  // namespace

FileWatch::FileWatch(boost::asio::io_context& context, Descriptor inotify, std::string file,
                     std::function<void()> happened)
    : inotify_(context, std::move(inotify)), file_(std::move(file)), happened_(std::move(happened)) {
  wait();
}

std::unique_ptr<FileWatch> FileWatch::open(boost::asio::io_context& context, const std::string& directory,
                                           const std::string& path, std::function<void()> happened) {
  std::error_code failure;
  // The step's own folder may be reached over links: it stays where it is as long as the step runs.
  const fs::path top = path.starts_with('/') ? fs::path("/") : fs::canonical(directory, failure);
  if (failure) return nullptr;
  // Behind a link, ".." is another folder than it seems.
  const fs::path file = (top / path).lexically_normal();
  if (!file.has_filename() || fs::canonical((top / path).parent_path(), failure) != file.parent_path() ||
      failure || !tells_all_changes(file.parent_path()) || !is_in_its_folder(file))
    return nullptr;
  Descriptor inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify.is_open()) return nullptr;
  std::uint32_t what = changes | goes_away | IN_ONLYDIR;
  // Whoever moves a folder above it takes it along.
  for (fs::path folder = file.parent_path();; folder = folder.parent_path()) {
    if (::inotify_add_watch(inotify.get(), folder.c_str(), what) < 0) return nullptr;
    if (folder == top || folder == folder.parent_path()) break;
    what = goes_away | IN_ONLYDIR;
  }
  return std::unique_ptr<FileWatch>(
      new FileWatch(context, std::move(inotify), file.string(), std::move(happened)));
}

bool FileWatch::holds() const {
  return !lost_ && is_in_its_folder(file_);
}

void FileWatch::wait() {
  inotify_.call_when_readable([this](const auto& error) {
    if (error) return;
    const bool news = read_events();
    if (!lost_) wait();
    const auto call = happened_;
    if (news) call();
  });
}

bool FileWatch::read_events() {
  const std::string name = fs::path(file_).filename();
  bool news = false;
  alignas(inotify_event) std::array<char, 4096> buffer;  // NOLINT(*-member-init): read() fills it
  ssize_t size = 0;
  while ((size = ::read(inotify_.get(), buffer.data(), buffer.size())) > 0) {
    for (ssize_t at = 0; at < size;) {
      inotify_event event;  // NOLINT(*-member-init)
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const bool is_named = event.len > 0 && name == buffer.data() + at + sizeof event;
      lost_ = lost_ || (event.mask & ends_the_watch) != 0;
      news = news || is_named || lost_;
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
  return news;
}

}  // namespace dream::probe
