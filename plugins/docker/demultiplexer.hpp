#pragma once

#include <array>
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

/// A log's entry has no more bytes of a line; the next ones go on with it.
inline constexpr std::size_t longest_entry = std::size_t{16} << 10U;

/// Takes the streams apart that an engine sends over one connection: frames of eight bytes of header and
/// as much of a stream as that says.
class Demultiplexer {
 public:
  enum class Frames : std::uint8_t {
    parts,
    /// Each is one entry of a log of the driver `local`, which leaves out the newline behind a line of
    /// several entries: it is put back before the next one.
    entries,
  };
  explicit Demultiplexer(Frames frames = Frames::parts) : frames_(frames) {}

  /// What `bytes`, cut anywhere, have of each stream; neighbours of the same stream are one piece. Bytes of
  /// unknown streams are dropped, there is no other way to skip a frame.
  [[nodiscard]] std::vector<Piece> take(std::string_view bytes);

  /// Nothing is missing of a frame that has begun.
  [[nodiscard]] bool is_between_frames() const { return left_ == 0 && header_.empty(); }

  /// What the engine itself has said since the last call: why it can't go on sending. A long text is cut.
  [[nodiscard]] std::string take_error();

 private:
  void add(std::vector<Piece>& pieces, std::string_view part);

  Frames frames_;
  std::array<bool, 2> lacks_newline_{};  ///< the last entry of stdout, stderr
  std::string header_;                   ///< as far as it has come
  std::size_t left_ = 0;                 ///< of the frame that has begun
  std::string error_;                    ///< of the engine, as far as it has come
};

}  // namespace dream::docker
