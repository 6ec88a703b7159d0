#include "project_copy.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "shared/tar.hpp"

namespace dream::kubernetes {

namespace {

namespace fs = std::filesystem;

Failure uncopied(const fs::path& file, const std::string& why) {
  return {DREAM_E_FAILED, "the project's folder can't be copied: " + why,
          "correct it, or name it in `exclude` of `mount`", file.string()};
}

/// Puts one folder after the other into an archive.
class Archive {
 public:
  Archive(const std::vector<std::string>& excluded, std::size_t limit) : excluded_(excluded), limit_(limit) {}

  Result<void> add_all_of(const fs::path& folder, const std::string& prefix) {
    std::error_code failure;
    std::vector<fs::path> found;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
         entry.increment(failure))
      found.push_back(entry->path());
    if (failure) return uncopied(folder, failure.message());
    std::ranges::sort(found);
    for (const fs::path& path : found) {
      const std::string name = path.filename().string();
      if (std::ranges::find(excluded_, name) != excluded_.end()) continue;
      if (Result<void> added = add(path, prefix + name); !added) return added;
    }
    return {};
  }

  [[nodiscard]] std::string take() { return std::move(bytes_ += plugins::tar_end()); }

 private:
  Result<void> add(const fs::path& path, const std::string& name) {
    const auto entry = plugins::find_tar_entry(path, name);
    if (!entry) return uncopied(path, entry.failure().message);
    if (!*entry || (*entry)->type == '6') return {};  // nobody is at the other end of a pipe there
    bytes_ += plugins::tar_header(**entry);
    const std::uint64_t size = (*entry)->size;
    if (bytes_.size() > limit_ || size > limit_ - bytes_.size()) {
      constexpr std::size_t mib = std::size_t{1024} * 1024;
      return Failure{DREAM_E_FAILED,
                     "the project's folder is too large to be copied into a Pod: it has more than " +
                         std::to_string(limit_ / mib) + " MiB",
                     "name what isn't needed in `exclude` of `mount`, or take a volume: `claim`",
                     path.string()};
    }
    if ((*entry)->type == '5') return add_all_of(path, name + "/");
    if (size == 0) return {};
    const std::size_t begin = bytes_.size();
    bytes_.resize(begin + size);
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return uncopied(path, std::strerror(errno));
    stream.read(bytes_.data() + begin, static_cast<std::streamsize>(size));
    if (static_cast<std::uint64_t>(stream.gcount()) != size)
      return uncopied(path, "it became shorter meanwhile");
    bytes_.append(plugins::tar_padding(size), '\0');
    return {};
  }

  const std::vector<std::string>& excluded_;
  std::size_t limit_;
  std::string bytes_;
};

}  // namespace

Result<std::string> archive_of(const fs::path& folder, const std::vector<std::string>& excluded,
                               std::size_t limit) {
  Archive archive(excluded, limit);
  if (Result<void> added = archive.add_all_of(folder, ""); !added) return added.failure();
  return archive.take();
}

}  // namespace dream::kubernetes
