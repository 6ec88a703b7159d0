#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dream::output {

/// Mixes the streams of several tasks into one writer.
class Mixer {
 public:
  virtual ~Mixer() = default;

  using StreamId = std::size_t;
  /// `label` stands before each line.
  virtual StreamId add_stream(std::string label) = 0;

  /// Takes all bytes; false: hold back until the mixer has room.
  virtual bool write(StreamId stream, std::string_view bytes) = 0;
  /// The stream is over: what is left of its last line is written.
  virtual void end(StreamId stream) = 0;
  /// Whether the stream may go on writing.
  [[nodiscard]] virtual bool room(StreamId stream) const = 0;
};

}  // namespace dream::output
