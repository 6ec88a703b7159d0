#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace dream {

/// An open file descriptor, or none (-1), that is closed with its owner. Closing leaves errno as it was, so
/// that the failure before it can still be told.
class Descriptor {
 public:
  Descriptor() noexcept = default;
  /// Takes what a system call returned: a negative number is none.
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() { static_cast<void>(close()); }
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      static_cast<void>(close());
      number_ = other.release();
    }
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  /// Still the owner's.
  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
  /// From now on the caller's.
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }
  /// Closes it now. 0, or the errno of a write that failed only at the end (a full disk, a network).
  int close() noexcept {
    if (number_ < 0) return 0;
    const int before = errno;
    const int problem = ::close(release()) == 0 ? 0 : errno;
    errno = before;
    return problem;
  }

 private:
  int number_ = -1;
};

}  // namespace dream
