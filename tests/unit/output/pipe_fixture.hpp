#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <string>

namespace dream::output {

/// A pipe whose reading end the test reads when it wants to, and the loop of what writes to it.
class PipeTest : public testing::Test {
 protected:
  PipeTest() {
    EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  ~PipeTest() override {
    close_reader();
    ::close(ends_[1]);
  }

  [[nodiscard]] int write_end() const { return ends_[1]; }

  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }

  /// What is in the pipe now.
  std::string read_now() {
    std::string text;
    std::array<char, 65536> buffer{};
    for (ssize_t count = 0; (count = ::read(ends_[0], buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

  /// Lets the loop run what is ready, and reads, until nothing moves any more.
  std::string settle() {
    std::string text;
    while (true) {
      context_.restart();
      const std::size_t ran = context_.poll();
      const std::string more = read_now();
      text += more;
      if (ran == 0 && more.empty()) return text;
    }
  }

  boost::asio::io_context context_;
  std::array<int, 2> ends_{-1, -1};
};

}  // namespace dream::output
