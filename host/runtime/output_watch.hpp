#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "engine/engine.hpp"
#include "output/renderer.hpp"

namespace dream::runtime {

/// Looks now and then what the readers of stdout and stderr do, and tells when that changes.
class OutputWatch {
 public:
  /// All must outlive the watch.
  OutputWatch(output::Console& console, Clock& clock, std::function<void(engine::ReaderSeen)> tell);

  /// Looks at once, and then again and again.
  void start();
  void stop();

 private:
  struct Reader {
    std::size_t written = 0;  ///< how many bytes, as of the last look
    engine::Reading reading = engine::Reading::nothing_left;
  };

  void look();
  void look_at(Stream stream, Reader& reader);

  output::Console& console_;
  Clock& clock_;
  std::function<void(engine::ReaderSeen)> tell_;
  std::unique_ptr<Clock::Alarm> alarm_;
  std::array<Reader, 2> readers_;
  bool started_ = false;
};

}  // namespace dream::runtime
