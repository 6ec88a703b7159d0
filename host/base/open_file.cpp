#include "base/open_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <pwd.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace dream {

namespace {

namespace fs = std::filesystem;

/// As the kernel has it.
constexpr int most_links = 40;

Error unseen(const fs::path& path, int error_number) {
  return {ErrorCode::io, "can't be looked at: " + std::generic_category().message(error_number),
          printable(path.string()), system_remedy(error_number)};
}

/// The way to a file, place by place.
class Walk {
 public:
  Walk(const Judge& judge, const fs::path& path) : judge_(judge) { put_before(path); }

  Result<std::optional<FoundFile>> go() {
    if (Result<void> begun = begin(); !begun) return begun.error();
    while (!rest_.empty()) {
      const std::string name = std::move(rest_.back());
      rest_.pop_back();
      fs::path path = name == ".." ? at_.path.parent_path() : at_.path / name;
      Descriptor next(::openat(at_.descriptor.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
      if (!next.is_open() && (errno == ENOENT || errno == ENOTDIR)) return std::optional<FoundFile>();
      if (!next.is_open()) return unseen(path, errno);
      if (Result<void> gone = go_to(std::move(path), std::move(next)); !gone) return gone.error();
    }
    return std::optional<FoundFile>(std::move(at_));
  }

 private:
  void put_before(const fs::path& path) {
    std::vector<std::string> parts;
    for (const fs::path& part : path.relative_path()) {
      if (!part.empty() && part != ".") parts.push_back(part.string());
    }
    rest_.insert(rest_.end(), parts.rbegin(), parts.rend());
  }

  Result<void> begin() {
    Descriptor root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root.is_open()) return unseen("/", errno);
    return go_to("/", std::move(root));
  }

  Result<void> go_to(fs::path path, Descriptor descriptor) {
    FoundFile place{std::move(path), {}, std::move(descriptor), beside_others_};
    if (::fstat(place.descriptor.get(), &place.status) != 0) return unseen(place.path, errno);
    beside_others_ =
        beside_others_ || (S_ISDIR(place.status.st_mode) && (place.status.st_mode & S_IWOTH) != 0);
    if (judge_) {
      if (Result<void> judged = judge_(place); !judged) return judged;
    }
    if (S_ISLNK(place.status.st_mode)) return follow(place);
    at_ = std::move(place);
    return {};
  }

  Result<void> follow(const FoundFile& link) {
    if (++links_ > most_links) return unseen(link.path, ELOOP);
    std::array<char, PATH_MAX> text{};
    const ssize_t size = ::readlinkat(link.descriptor.get(), "", text.data(), text.size());
    if (size < 0) return unseen(link.path, errno);
    const fs::path target(std::string_view(text.data(), static_cast<std::size_t>(size)));
    if (is_magic(link, target.string())) {
      Descriptor opened(::open(link.path.c_str(), O_PATH | O_CLOEXEC));
      if (!opened.is_open()) return unseen(link.path, errno);
      return go_to(link.path, std::move(opened));
    }
    put_before(target);
    return target.is_absolute() ? begin() : Result<void>();
  }

  /// A link of /proc/PID/fd to something that has no path: "pipe:[4711]".
  static bool is_magic(const FoundFile& link, const std::string& target) {
    struct statfs system {};
    return target.find(":[") != std::string::npos && ::fstatfs(link.descriptor.get(), &system) == 0 &&
           system.f_type == PROC_SUPER_MAGIC;
  }

  const Judge& judge_;
  FoundFile at_;
  std::vector<std::string> rest_;  ///< the next one last
  int links_ = 0;
  bool beside_others_ = false;
};

/// In a user namespace: the number of everybody who has none there, root's included. None: each has one.
std::optional<uid_t> number_of_many() {
  uid_t number = 0;
  if (!(std::ifstream("/proc/sys/kernel/overflowuid") >> number)) return std::nullopt;
  std::ifstream map("/proc/self/uid_map");
  for (std::uint64_t first = 0, outside = 0, count = 0; map >> first >> outside >> count;)
    if (number >= first && number - first < count) return std::nullopt;
  return number;
}

bool stands_for_many(uid_t user) {
  static const std::optional<uid_t> number = number_of_many();
  return user == number;
}

}  // namespace

Result<std::optional<FoundFile>> find_file(const fs::path& path, const Judge& judge) {
  std::error_code failure;
  const fs::path absolute = fs::absolute(path, failure);
  if (failure) return unseen(path, failure.value());
  return Walk(judge, absolute).go();
}

Descriptor open_for_reading(const FoundFile& file) {
  const std::string name = fmt::format("/proc/self/fd/{}", file.descriptor.get());
  return Descriptor(::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

Unread unread(int error_number) {
  if (error_number == ENOENT && ::access("/proc/self/fd", F_OK) != 0)
    return {"/proc isn't mounted, and dream needs it", "mount -t proc proc /proc"};
  return {std::generic_category().message(error_number), system_remedy(error_number)};
}

std::string kind_of_file(const struct stat& status) {
  switch (status.st_mode & S_IFMT) {
    case S_IFREG:
      return "a file";
    case S_IFDIR:
      return "a folder";
    case S_IFIFO:
      return "a pipe";
    case S_IFSOCK:
      return "a socket";
    default:
      return "a device";
  }
}

std::string system_remedy(int error_number) {
  switch (error_number) {
    case EACCES:
      return "check its permissions";
    case EMFILE:
      return "dream may have too few files open at once: raise the limit with ulimit -n";
    case ENFILE:
      return "the whole system has too many files open: end something";
    default:
      return {};
  }
}

bool is_trusted_user(uid_t user) {
  struct stat root {};
  return user == 0 || user == ::geteuid() || (::stat("/", &root) == 0 && user == root.st_uid);
}

bool is_trusted_owner(const FoundFile& place) {
  const uid_t owner = place.status.st_uid;
  return is_trusted_user(owner) && !(place.beside_others && stands_for_many(owner));
}

std::string user_words(uid_t user) {
  const passwd* entry = ::getpwuid(user);  // NOLINT(concurrency-mt-unsafe): asked by the main thread
  if (entry == nullptr) return fmt::format("user {}", user);
  return fmt::format("user {} ({})", printable(entry->pw_name), user);
}

}  // namespace dream
