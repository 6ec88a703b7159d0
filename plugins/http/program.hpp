#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "asio.hpp"

namespace dream::http {

/// A program that is spoken to through its standard input and output: ssh, a credential helper. Its end is
/// that of this object: it is killed with everything that it has started in its process group.
class Program {
 public:
  using Socket = asio::generic::stream_protocol::socket;

  Program();
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Once. `command` is a program, which is searched in PATH, and its arguments; `socket` becomes this side
  /// of its standard input and output. It has dream's own environment, with what `variables` sets.
  [[nodiscard]] error_code start(const std::vector<std::string>& command, Socket& socket,
                                 const std::vector<std::string>& variables = {});

  /// How it has ended, a signal as 128 and more; nullopt where it lives on after `limit`.
  [[nodiscard]] Async<std::optional<int>> exit_code(std::chrono::milliseconds limit) const;

  /// The last line that it has written to its standard error; empty without one.
  [[nodiscard]] std::string complaint() const;

 private:
  struct Child;

  std::unique_ptr<Child> child_;
  int complaints_ = -1;  ///< the file that is its standard error
};

}  // namespace dream::http
