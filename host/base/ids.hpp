#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

namespace dream {

/// One task of one project, written `./services/api:dev`.
struct StepId {
  std::string project;  ///< normalised: `./services/api`, the root is `./`
  std::string task;

  auto operator<=>(const StepId&) const = default;
};

[[nodiscard]] inline std::string to_string(const StepId& id) {
  return id.project + ":" + id.task;
}

/// The place of a step in its plan, from 0.
enum class StepIndex : std::uint32_t {};

[[nodiscard]] constexpr std::size_t position(StepIndex index) noexcept {
  return static_cast<std::size_t>(index);
}

/// One start of one step: the first is number 1. What is heard of an attempt that is over is stale, whatever
/// the step does by then.
struct Attempt {
  StepIndex step{};
  std::uint32_t number = 1;

  auto operator<=>(const Attempt&) const = default;
};

/// A byte offset in dream.json; the configuration turns it into line and column when one is shown.
struct SourceOffset {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t value = none;  ///< none: not from the file (a built-in default, the command line)

  [[nodiscard]] constexpr bool known() const noexcept { return value != none; }
  auto operator<=>(const SourceOffset&) const = default;
};

}  // namespace dream
