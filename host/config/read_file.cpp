#include "config/read_file.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "base/time.hpp"
#include "config/large_heap.hpp"

namespace dream::config {

namespace {

Error unreadable(const std::filesystem::path& file, const std::string& why, std::string hint = {}) {
  return {ErrorCode::configuration, fmt::format("the file can't be read: {}", why), printable(file.string()),
          std::move(hint)};
}

Error unreadable(const std::filesystem::path& file, int error_number) {
  Unread unread = dream::unread(error_number);
  return unreadable(file, unread.why, std::move(unread.remedy));
}

Error too_large(const std::filesystem::path& file, std::size_t max_size) {
  return unreadable(file, fmt::format("it is larger than {} MiB", max_size >> 20U));
}

/// Waits for more of a pipe or a device. False: nothing came until the deadline.
bool await_more(int descriptor, Instant deadline) {
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - read_clock()).count();
    if (left <= 0) return false;
    pollfd one{descriptor, POLLIN, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // read() tells what is wrong
  }
}

}  // namespace

Result<std::string> read_file(const FoundFile& file, const std::filesystem::path& name,
                              const ReadLimits& limits) {
  const bool is_regular = S_ISREG(file.status.st_mode);
  const bool is_stream = S_ISFIFO(file.status.st_mode) || S_ISCHR(file.status.st_mode);
  if (!is_regular && (!is_stream || limits.time.count() == 0)) {
    return unreadable(name, "it is " + kind_of_file(file.status));
  }
  if (is_regular && std::cmp_greater(file.status.st_size, limits.size)) {
    return too_large(name, limits.size);
  }
  const Descriptor descriptor = open_for_reading(file);
  if (!descriptor.is_open()) return unreadable(name, errno);

  // Through a small buffer that stays in the cache: cheaper than to fill a large string with zeros first.
  std::string text;
  if (is_regular) expect_large_heap(static_cast<std::size_t>(file.status.st_size));
  if (is_regular) text.reserve(static_cast<std::size_t>(file.status.st_size));
  std::array<char, std::size_t{64} << 10U> buffer;  // NOLINT(*-member-init): read() fills it
  const Instant deadline = read_clock() + limits.time;
  // Without a writer a pipe reads as ended: at first that means that none has come yet.
  bool is_waiting = is_stream;
  while (true) {
    if (is_waiting && !await_more(descriptor.get(), deadline)) {
      return unreadable(name,
                        fmt::format("it is {}, and its end didn't come within {}", kind_of_file(file.status),
                                    human_duration(limits.time)),
                        "start what writes into it before dream, or name a regular file");
    }
    const ssize_t got = ::read(descriptor.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    is_waiting = is_stream && got < 0 && errno == EAGAIN;
    if (is_waiting) continue;
    if (got < 0) return unreadable(name, errno);
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > limits.size) return too_large(name, limits.size);
  }
  return text;
}

Error no_such_file(const std::filesystem::path& file) {
  return unreadable(file, ENOENT);
}

Result<std::string> read_file(const std::filesystem::path& file, std::size_t max_size) {
  Result<std::optional<FoundFile>> found = find_file(file);
  if (!found) return unreadable(file, found.error().message, found.error().hint);
  if (!*found) return no_such_file(file);
  return read_file(**found, file, {.size = max_size});
}

}  // namespace dream::config
