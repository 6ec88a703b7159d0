#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace dream::output {

/// The last bytes that each step has written, both streams in the order they came. Takes memory only for what
/// was written.
class Tails {
 public:
  /// So much is kept of each step, at least, and twice as much at most; less where many steps share what
  /// there is.
  static constexpr std::size_t most_kept = std::size_t{256} << 10U;
  static constexpr std::size_t all_kept = std::size_t{1} << 20U;

  explicit Tails(std::size_t steps);

  void add(StepIndex step, std::string_view bytes);

  /// The last `lines` lines; what was cut off at their begin is left out. Lines end with a newline, but maybe
  /// the last one.
  [[nodiscard]] std::string last(StepIndex step, std::size_t lines) const;
  /// The same, and forgets them.
  [[nodiscard]] std::string take_last(StepIndex step, std::size_t lines);

 private:
  struct Tail {
    std::string before;
    std::string bytes;  ///< behind these; when they are enough, they take their place
    bool cut = false;   ///< there was more
  };
  std::size_t kept_;  ///< bytes of each
  std::vector<Tail> tails_;
};

}  // namespace dream::output
