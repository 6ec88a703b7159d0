#include "process/inheritance.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "base/folder_stream.hpp"

namespace dream::process {

namespace {

constexpr const char* listen_pid_name = "LISTEN_PID";

}  // namespace

std::vector<int> open_descriptors() {
  std::vector<int> open;
  const FolderStream folder(::opendir("/proc/self/fd"));
  if (folder == nullptr) return open;
  while (const dirent* entry = ::readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe): a stream of ours
    const std::string_view name(&entry->d_name[0]);
    int number = -1;
    std::from_chars(name.data(), name.data() + name.size(), number);
    if (number > STDERR_FILENO && number != ::dirfd(folder.get())) open.push_back(number);
  }
  std::ranges::sort(open);
  return open;
}

Inheritance take_inheritance() {
  Inheritance inheritance{.descriptors = open_descriptors()};
  const char* pid = std::getenv(listen_pid_name);  // NOLINT(concurrency-mt-unsafe): there are no threads yet
  if (pid != nullptr && pid == std::to_string(::getpid()))
    inheritance.listen_pid = std::string(listen_pid_name) + "=" + pid;
  return inheritance;
}

void close_all_but(int kept) {
  const auto first = static_cast<unsigned>(STDERR_FILENO + 1);
  const auto middle = static_cast<unsigned>(kept);
  const bool below = middle <= first || ::close_range(first, middle - 1, 0) == 0;
  if (below && ::close_range(middle + 1, ~0U, 0) == 0) return;
  for (const int descriptor : open_descriptors()) {  // before Linux 5.9
    if (descriptor != kept) ::close(descriptor);
  }
}

}  // namespace dream::process
