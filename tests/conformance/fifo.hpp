#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "support/temporary_folder.hpp"

namespace dream::conformance {

/// A fifo that an environment variable names, and the end of it that hears what plugins say.
class Fifo {
 public:
  explicit Fifo(const char* variable) : variable_(variable) {
    const std::string path = (folder_.path() / "fifo").string();
    ::mkfifo(path.c_str(), 0600);
    end_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    ::setenv(variable_, path.c_str(), 1);
  }
  ~Fifo() {
    ::close(end_);
    ::unsetenv(variable_);
  }
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;

  [[nodiscard]] int end() const { return end_; }

 private:
  TemporaryFolder folder_;
  const char* variable_;
  int end_ = -1;
};

}  // namespace dream::conformance
