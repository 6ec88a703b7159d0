#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "demultiplexer.hpp"

namespace dream::docker {

/// How much of a container's output has arrived. After a lost connection its log is read from the begin, and
/// so much of each stream is passed over. Newlines don't count, since logs have fewer or more of them, behind
/// very long lines and at the end.
class ArrivedOutput {
 public:
  /// Those of the next pieces, or the parts of them, that are new.
  [[nodiscard]] std::vector<Piece> take(std::vector<Piece> pieces);
  /// The next pieces are the first ones again.
  void begin_again();
  /// Of both streams.
  [[nodiscard]] std::uint64_t total() const { return streams_[0].bytes + streams_[1].bytes; }
  /// Whether these are the last bytes that have arrived of a stream, but for a newline.
  [[nodiscard]] bool ends_with(std::uint32_t stream, std::string_view last) const;

 private:
  struct Stream {
    std::uint64_t bytes = 0;     ///< besides newlines
    std::uint64_t newlines = 0;  ///< behind them
    std::uint64_t bytes_to_pass = 0;
    std::uint64_t newlines_to_pass = 0;
    std::string end;  ///< the last of it
  };

  static std::size_t pass(Stream& stream, std::string_view bytes);
  static void count(Stream& stream, std::string_view bytes);

  std::array<Stream, 2> streams_;  ///< stdout, stderr
};

}  // namespace dream::docker
