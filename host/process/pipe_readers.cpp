#include "process/pipe_readers.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "base/folder_stream.hpp"

namespace dream::process {

namespace {

/// "pipe:[4711]"; empty when the descriptor, a link in /proc, is no pipe or can't be looked at.
std::string pipe_of(const std::string& link) {
  std::array<char, 64> target{};
  const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
  const std::string name(target.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return name.starts_with("pipe:") ? name : std::string();
}

/// The kernel shows how a descriptor was opened by the modes of its link.
bool is_for_writing(const std::string& link) {
  struct stat status {};
  return ::lstat(link.c_str(), &status) == 0 && (status.st_mode & S_IWUSR) != 0;
}

/// Those that each process, by its place in the tree, feeds.
using Feeds = std::map<std::size_t, std::set<std::size_t>>;

Feeds feeds_in(const std::vector<ProcessStatus>& tree) {
  std::multimap<std::string, std::size_t> readers;  // by pipe
  const auto descriptors_of = [&](std::size_t at) {
    return "/proc/" + std::to_string(tree[at].identity.pid) + "/fd";
  };
  for (std::size_t at = 0; at < tree.size(); ++at) {
    if (!tree[at].alive()) continue;
    if (std::string pipe = pipe_of(descriptors_of(at) + "/0"); !pipe.empty())
      readers.emplace(std::move(pipe), at);
  }
  Feeds feeds;
  for (std::size_t at = 0; at < tree.size() && !readers.empty(); ++at) {
    if (!tree[at].alive()) continue;
    const std::string path = descriptors_of(at);
    const FolderStream folder(::opendir(path.c_str()));
    // NOLINTNEXTLINE(concurrency-mt-unsafe): a folder of our own
    while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
      const std::string link = path + "/" + entry->d_name;
      const auto [first, last] = readers.equal_range(pipe_of(link));
      if (first == last || !is_for_writing(link)) continue;
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
