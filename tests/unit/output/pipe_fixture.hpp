#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "unit/output/pipe.hpp"

namespace dream::output {

/// A pipe, and the loop of what writes to it.
class PipeTest : public testing::Test {
 protected:
  [[nodiscard]] int write_end() const { return pipe_.write_end(); }
  void close_reader() { pipe_.close_reader(); }
  [[nodiscard]] std::string read_now() const { return pipe_.read_now(); }

  /// Lets the loop run what is ready.
  std::size_t run_loop() {
    context_.restart();
    return context_.poll();
  }

  /// Lets the loop run what is ready, and reads, until nothing moves any more.
  std::string settle() {
    std::string text;
    while (true) {
      const std::size_t ran = run_loop();
      const std::string more = read_now();
      text += more;
      if (ran == 0 && more.empty()) return text;
    }
  }

  boost::asio::io_context context_;
  Pipe pipe_;
};

}  // namespace dream::output
