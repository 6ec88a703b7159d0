#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/log.hpp"
#include "output/renderer.hpp"

namespace dream::output {

/// Hears all of a run: what reporters are told, before dream has any words for it; what steps write, before
/// it is shown; and dream's own words.
class Listener : public Reporter {
 public:
  virtual void hear(StepIndex step, Stream stream, std::string_view bytes) = 0;
  /// Without `dream: `, and nothing for debugging; those too that are not shown.
  virtual void hear_words(LogLevel level, std::string_view words) = 0;
};

/// A log whose words `listener` hears, too, before they are shown. It must outlive the log.
[[nodiscard]] std::unique_ptr<Log> make_overheard_log(std::unique_ptr<Log> next, Listener& listener);

/// A renderer whose bytes somebody else hears, too, before they are shown.
[[nodiscard]] std::unique_ptr<Renderer> make_overheard(
    std::unique_ptr<Renderer> next, std::function<void(StepIndex, Stream, std::string_view)> hear);

}  // namespace dream::output
