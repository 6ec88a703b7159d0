#include "config/read_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "config/large_heap.hpp"

namespace dream::config {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

Error unreadable(const std::filesystem::path& file, const std::string& why) {
  return {
      ErrorCode::configuration, fmt::format("the file can't be read: {}", why), printable(file.string()), {}};
}

Error unreadable(const std::filesystem::path& file, int error_number) {
  return unreadable(file, std::generic_category().message(error_number));
}

Error too_large(const std::filesystem::path& file, std::size_t max_size) {
  return unreadable(file, fmt::format("it is larger than {} MiB", max_size >> 20U));
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& file, std::size_t max_size) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.number() < 0) return unreadable(file, errno);
  struct stat status {};
  if (::fstat(descriptor.number(), &status) != 0) return unreadable(file, errno);
  if (S_ISDIR(status.st_mode)) return unreadable(file, "it is a folder");

  if (S_ISREG(status.st_mode) && std::cmp_greater(status.st_size, max_size)) return too_large(file, max_size);

  // Through a small buffer that stays in the cache: cheaper than to fill a large string with zeros first.
  std::string text;
  if (S_ISREG(status.st_mode)) expect_large_heap(static_cast<std::size_t>(status.st_size));
  if (S_ISREG(status.st_mode)) text.reserve(static_cast<std::size_t>(status.st_size));
  std::array<char, std::size_t{64} << 10U> buffer;  // NOLINT(*-member-init): read() fills it
  while (true) {
    const ssize_t got = ::read(descriptor.number(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(file, errno);
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > max_size) return too_large(file, max_size);
  }
  return text;
}

}  // namespace dream::config
