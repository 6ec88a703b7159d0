#pragma once

#include <dream/sdk.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dream::ssh {

/// The stdin of a session of ssh: a pipe whose one end only this process has. So whatever ends this process,
/// or the connection, ends the stream, and with it what runs on the other side.
class LifeLine {
 public:
  LifeLine() = default;
  ~LifeLine() { close(); }
  LifeLine(const LifeLine&) = delete;
  LifeLine& operator=(const LifeLine&) = delete;

  /// Opens it with `first` in it, which must fit: a pipe holds 1 MiB.
  [[nodiscard]] sdk::Result<void> open(std::string_view first);
  /// `words`, with this stream as stdin; works as long as this process lives and the line isn't closed.
  [[nodiscard]] std::vector<std::string> as_stdin_of(const std::vector<std::string>& words) const;
  /// Sends one line. False: the connection takes nothing more, and the line never arrives.
  [[nodiscard]] bool send(std::string_view line) const;
  /// Once the child has opened its own end; else the stream would outlive that.
  void keep_only_the_writing_end();
  void close();

 private:
  int reading_ = -1;
  int writing_ = -1;
};

}  // namespace dream::ssh
