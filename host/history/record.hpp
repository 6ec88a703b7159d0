#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "control/json.hpp"
#include "engine/engine.hpp"
#include "history/header.hpp"
#include "plan/plan.hpp"

namespace dream::history {

/// One line of a record behind its begin.
struct Event {
  std::string_view line;  ///< with its newline
  std::string name;       ///< "started", "output", …
  Duration at{};          ///< since the begin of the run
  std::optional<StepIndex> step;
  const control::Json& members;
};

/// How a run was, in short.
struct Overview {
  Header header;
  std::optional<int> exit_code;  ///< none: it has no end
  Duration lasted{};             ///< until its end, or the last that is known
  bool has_begun =
      false;  ///< its first step has started, or waits for its delay: from then on it can be asked
};

/// The record of a run, as it was read: any bytes. What can't be understood of it is passed over and counted.
class Record {
 public:
  /// No reader takes a longer one.
  static constexpr std::size_t longest_line = std::size_t{4} << 20U;

  /// An Error without a place: it can't be told what it is the record of.
  [[nodiscard]] static Result<Record> read(std::string text);

  [[nodiscard]] const Header& header() const { return header_; }
  /// The steps, in plan order, each with no more than what a record says of it.
  [[nodiscard]] const Plan& plan() const { return plan_; }

  /// Calls `see` for each event until that says no. How many lines could not be understood.
  std::size_t for_each(const std::function<bool(const Event&)>& see) const;

  /// How a step, or an attempt of one, ended, as an event or an entry of the summary says.
  [[nodiscard]] engine::Outcome outcome_in(const control::Json& object) const;
  [[nodiscard]] std::optional<StepIndex> step_in(const control::Json& object) const;
  /// Calls `see` for each step of a summary that the run had.
  void for_each_summed(const control::Json& summary,
                       const std::function<void(StepIndex, const control::Json& entry)>& see) const;

 private:
  Record() = default;
  [[nodiscard]] bool take_plan(const control::Json& planned);
  [[nodiscard]] std::optional<engine::StepEnd> reason_in(const control::Json& reason) const;

  std::string text_;
  std::size_t begin_ = 0;  ///< of the line behind the header
  Header header_;
  Plan plan_;
  std::map<std::string, StepIndex, std::less<>> steps_;
};

/// The same without looking at all of it.
[[nodiscard]] Result<Overview> overview_of(std::string_view text);

}  // namespace dream::history
