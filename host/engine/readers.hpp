#pragma once

#include <array>
#include <optional>

#include "engine/deadlines.hpp"
#include "engine/engine.hpp"

namespace dream::engine {

/// The readers of stdout and stderr: none of them may keep dream alive. While the run is being stopped, one
/// that takes nothing for a while is given up; once the run is over, one that still has something to read is
/// given up at the next signal.
class Readers {
 public:
  explicit Readers(Duration limit) : limit_(limit) {}

  void see(const ReaderSeen& seen, Instant now) {
    Reader& reader = of(seen.stream);
    const bool was_stuck = reader.reading == Reading::takes_nothing;
    reader.reading = seen.reading;
    if (seen.reading != Reading::takes_nothing)
      reader.stuck_since.reset();
    else if (!was_stuck)
      reader.stuck_since = now;
  }

  void run_stops(Instant now) {
    stopping_ = true;
    for (Reader& reader : readers_)
      if (reader.stuck_since) reader.stuck_since = now;
  }

  /// From now on nobody waits for a reader.
  void wait_for_none() { patient_ = false; }

  [[nodiscard]] std::optional<Instant> earliest() const {
    std::optional<Instant> earliest;
    for (const Reader& reader : readers_) {
      if (reader.given_up || !stopping_ || !reader.stuck_since) continue;
      const Instant limit = later(*reader.stuck_since, limit_);
      if (!earliest || limit < *earliest) earliest = limit;
    }
    return earliest;
  }

  /// One that is to be given up now; each only once.
  std::optional<Stream> take_hopeless(Instant now) {
    for (const Stream stream : {Stream::out, Stream::err}) {
      Reader& reader = of(stream);
      if (reader.given_up || reader.reading == Reading::nothing_left) continue;
      const bool stuck = stopping_ && reader.stuck_since && later(*reader.stuck_since, limit_) <= now;
      if (patient_ && !stuck) continue;
      reader.given_up = true;
      return stream;
    }
    return std::nullopt;
  }

 private:
  struct Reader {
    Reading reading = Reading::nothing_left;
    std::optional<Instant> stuck_since;
    bool given_up = false;
  };
  Reader& of(Stream stream) { return readers_[stream == Stream::out ? 0 : 1]; }

  Duration limit_;
  std::array<Reader, 2> readers_;
  bool stopping_ = false;
  bool patient_ = true;
};

}  // namespace dream::engine
