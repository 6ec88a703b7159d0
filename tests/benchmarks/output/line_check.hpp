#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dream::benchmarks {

/// Checks labelled lines as they come: each is whole and undamaged, and its task's next one (generate.c).
class LineCheck {
 public:
  static constexpr std::size_t tasks = 8;

  void take(std::string_view bytes) {
    while (!bytes.empty() && !fault_) {
      const std::size_t newline = bytes.find('\n');
      if (newline == std::string_view::npos) {
        rest_ += bytes;
        return;
      }
      if (rest_.empty()) {
        check(bytes.substr(0, newline));
      } else {
        rest_ += bytes.substr(0, newline);
        check(rest_);
        rest_.clear();
      }
      bytes.remove_prefix(newline + 1);
    }
  }

  /// At the end: what is wrong, if anything.
  [[nodiscard]] std::optional<std::string> fault(std::size_t lines_of_a_task) const {
    if (fault_) return fault_;
    if (!rest_.empty()) return "the last line is not whole: " + rest_;
    for (std::size_t task = 0; task < tasks; ++task) {
      if (lines_[task] == lines_of_a_task) continue;
      return "task" + std::to_string(task + 1) + " has " + std::to_string(lines_[task]) + " lines";
    }
    return {};
  }

 private:
  static constexpr std::size_t numbers = 32768;
  static constexpr std::string_view words = " of some words that a build may have to say.";

  void check(std::string_view line) {
    const std::size_t task = line.size() > 4 ? static_cast<std::size_t>(line[4] - '1') : tasks;
    if (task < tasks) {
      std::size_t number = lines_[task]++ % numbers;
      std::array<char, 5> digits{};
      for (std::size_t at = digits.size(); at-- > 0; number /= 10) {
        digits[at] = static_cast<char>('0' + number % 10);
      }
      const bool whole =
          line.size() == 13 + words.size() && line.starts_with("task") && line.substr(5, 3) == " | " &&
          line.substr(8, 5) == std::string_view(digits.data(), digits.size()) && line.ends_with(words);
      if (whole) return;
    }
    fault_ = "not the expected line: " + std::string(line);
  }

  std::string rest_;
  std::array<std::size_t, tasks> lines_{};
  std::optional<std::string> fault_;
};

}  // namespace dream::benchmarks
