#include "process/pipe_readers.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "base/folder_stream.hpp"

namespace dream::process {

namespace {

using Pipe = std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>;  ///< device and inode

/// The pipe, with a name or without, that a descriptor, a link in /proc, leads to; none: it is something
/// else, or can't be looked at.
std::optional<Pipe> pipe_of(const std::string& link) {
  struct statx status {};  // a file system that is far away isn't asked
  if (::statx(AT_FDCWD, link.c_str(), AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &status) != 0 ||
      !S_ISFIFO(status.stx_mode))
    return std::nullopt;
  return Pipe{status.stx_dev_major, status.stx_dev_minor, status.stx_ino};
}

/// The kernel shows how a descriptor was opened by the modes of its link.
bool is_for_writing(const std::string& link) {
  struct stat status {};
  return ::lstat(link.c_str(), &status) == 0 && (status.st_mode & S_IWUSR) != 0;
}

/// Those that each process, by its place in the tree, feeds.
using Feeds = std::map<std::size_t, std::set<std::size_t>>;

Feeds feeds_in(const std::vector<ProcessStatus>& tree) {
  std::multimap<Pipe, std::size_t> readers;
  const auto descriptors_of = [&](std::size_t at) {
    return "/proc/" + std::to_string(tree[at].identity.pid) + "/fd";
  };
  for (std::size_t at = 0; at < tree.size(); ++at) {
    if (!tree[at].alive()) continue;
    if (const auto pipe = pipe_of(descriptors_of(at) + "/0")) readers.emplace(*pipe, at);
  }
  Feeds feeds;
  for (std::size_t at = 0; at < tree.size() && !readers.empty(); ++at) {
    if (!tree[at].alive()) continue;
    const std::string path = descriptors_of(at);
    const FolderStream folder(::opendir(path.c_str()));
    // NOLINTNEXTLINE(concurrency-mt-unsafe): a folder of our own
    while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
      const std::string link = path + "/" + entry->d_name;
      const auto pipe = pipe_of(link);
      if (!pipe || !is_for_writing(link)) continue;
      const auto [first, last] = readers.equal_range(*pipe);
      for (auto reader = first; reader != last; ++reader)
        if (reader->second != at) feeds[at].insert(reader->second);
    }
  }
  return feeds;
}

std::set<std::size_t> all_fed(const Feeds& feeds) {
  std::set<std::size_t> fed;
  for (const auto& [writer, readers] : feeds) fed.insert(readers.begin(), readers.end());
  return fed;
}

std::set<ProcessIdentity> identities(const std::vector<ProcessStatus>& tree,
                                     const std::set<std::size_t>& some) {
  std::set<ProcessIdentity> all;
  for (const std::size_t at : some) all.insert(tree[at].identity);
  return all;
}

}  // namespace

std::set<ProcessIdentity> fed_by_others(const std::vector<ProcessStatus>& tree) {
  return identities(tree, all_fed(feeds_in(tree)));
}

std::set<ProcessIdentity> fed_from_outside_of_a_circle(const std::vector<ProcessStatus>& tree) {
  const Feeds feeds = feeds_in(tree);
  const std::set<std::size_t> fed = all_fed(feeds);
  std::vector<std::size_t> writers;
  for (const auto& [writer, readers] : feeds)
    if (!fed.contains(writer)) writers.push_back(writer);
  std::set<std::size_t> reached;
  while (!writers.empty()) {
    const auto found = feeds.find(writers.back());
    writers.pop_back();
    if (found == feeds.end()) continue;
    for (const std::size_t reader : found->second)
      if (reached.insert(reader).second) writers.push_back(reader);
  }
  return identities(tree, reached);
}

}  // namespace dream::process
