#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace dream::output {

/// The last `lines` lines of a text, the last of which may have no newline.
[[nodiscard]] std::string last_lines(const std::string& text, std::size_t lines);

/// The last bytes that each step has written, both streams in the order they came. Takes memory only for what
/// was written.
class Tails {
 public:
  /// So much is kept of each step, at least, and twice as much at most; less where many steps share what
  /// there is.
  static constexpr std::size_t most_kept = std::size_t{256} << 10U;
  static constexpr std::size_t all_kept = std::size_t{1} << 20U;

  explicit Tails(std::size_t steps);

  void add(Instant now, StepIndex step, std::string_view bytes);

  /// The last `lines` lines, of what came at `since` or later; what was cut off at their begin is left out.
  /// Lines end with a newline, but maybe the last one.
  [[nodiscard]] std::string last(StepIndex step, std::size_t lines, std::optional<Instant> since = {}) const;
  /// Its last lines, and forgets them.
  [[nodiscard]] std::string take_last(StepIndex step, std::size_t lines);

 private:
  /// What came within a second.
  struct Burst {
    Instant begin;
    Instant end;
    std::uint64_t from = 0;  ///< bytes of the step before it
  };
  struct Tail {
    std::string before;
    std::string bytes;         ///< behind these; when they are enough, they take their place
    bool cut = false;          ///< there was more
    std::uint64_t all = 0;     ///< bytes, ever
    std::deque<Burst> bursts;  ///< of what is kept
  };
  static void add_time(Instant now, Tail& tail);

  std::size_t kept_;  ///< bytes of each
  std::vector<Tail> tails_;
};

}  // namespace dream::output
