#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "life/piece.hpp"

namespace dream::docker {

using life::Piece;

/// A frame has a header of so many bytes: its stream, and the size of what follows.
inline constexpr std::size_t frame_header_size = 8;
/// The stream in which the engine itself says why it can't go on.
inline constexpr std::uint32_t engine_error_stream = 3;
/// What follows a header.
[[nodiscard]] std::size_t size_in_frame(std::string_view header);

/// Takes the streams apart that an engine sends over one connection: frames of eight bytes of header and
/// as much of a stream as that says.
class Demultiplexer {
 public:
  /// What `bytes`, cut anywhere, have of each stream; neighbours of the same stream are one piece. Bytes of
  /// unknown streams are dropped, there is no other way to skip a frame.
  [[nodiscard]] std::vector<Piece> take(std::string_view bytes);

  /// What the engine itself has said since the last call: why it can't go on sending. A long text is cut.
  [[nodiscard]] std::string take_error();

 private:
  std::string header_;    ///< as far as it has come
  std::size_t left_ = 0;  ///< of the frame that has begun
  std::string error_;     ///< of the engine, as far as it has come
};

}  // namespace dream::docker
