#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "demultiplexer.hpp"

namespace dream::docker {

/// Takes the log of a task apart: frames as the Demultiplexer knows them, each of which begins with the time
/// at which it was written. A log can be read again from a time on, since the stream of one that is followed
/// may be late: what has been had already is dropped.
class TaskLog {
 public:
  /// What `bytes`, cut anywhere, have of each stream that is new.
  [[nodiscard]] std::vector<Piece> take(std::string_view bytes);
  /// From which time on the log has to be read so that nothing is missed; since 1970, 0: all of it. What
  /// comes next is from there.
  [[nodiscard]] std::int64_t begin_again();
  /// What the engine itself has said since the last call: why it can't go on.
  [[nodiscard]] std::string take_error();

  /// No engine makes a longer one; the rest of it is dropped.
  static constexpr std::size_t longest_frame = std::size_t{1024} * 1024;

 private:
  /// What is known of one stream. Its times never go back.
  struct Stream {
    std::string newest;          ///< the time of the last frame
    std::size_t same = 0;        ///< so many frames have that time
    std::size_t same_again = 0;  ///< so many of them have come again
    bool ends_a_line = true;
  };

  void take_frame(std::uint32_t number, std::string_view text, std::vector<Piece>& pieces);

  std::array<Stream, 2> streams_;  ///< stdout, stderr
  std::string newest_;             ///< the time of the last frame of any stream
  std::string frame_;              ///< as far as it has come, with its header
  std::size_t dropped_ = 0;        ///< so much of it was too much
  std::string error_;
};

}  // namespace dream::docker
