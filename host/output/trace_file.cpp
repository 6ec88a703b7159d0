#include "output/trace_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "base/write_all.hpp"
#include "output/outcome_json.hpp"

namespace dream::output {

namespace {

/// Trace Event Format: the whole run is one process, each step a thread of it, numbered from 1; times are
/// microseconds.
class TraceFile : public Reporter {
 public:
  TraceFile(std::filesystem::path file, const Plan& plan, std::function<void(std::string_view)> say)
      : file_(std::move(file)), plan_(plan), say_(std::move(say)), open_(plan.steps.size()) {}

  [[nodiscard]] Result<void> begin(Instant now) override {
    began_ = now;
    int error = open();
    if (error == 0) error = write_unless_full(descriptor_.get(), head());
    if (error == 0) return {};
    const char* why = error == ELOOP         ? "a link to a file is not followed"
                      : error == EWOULDBLOCK ? "another run of dream writes its trace there"
                                             : std::strerror(error);
    return Error{ErrorCode::io, std::string("can't write the trace: ") + why, file_.string(),
                 "--trace names a file that can be written"};
  }

  void report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) override {
    if (const auto* delay = std::get_if<engine::DelayBegan>(&action)) {
      begin_span(now, delay->next, "delay", fmt::format(R"("delayUs":{})", microseconds(delay->delay)));
    } else if (const auto* started = std::get_if<engine::StepStarted>(&action)) {
      end_spans(now, started->step, "");
      begin_life(now, {started->step});
    } else if (const auto* start = std::get_if<engine::Start>(&action)) {
      if (start->attempt.number > 1) end_spans(now, start->attempt.step, "");  // the pause before it
    } else if (const auto* again = std::get_if<engine::StepRestarted>(&action)) {
      begin_life(now, again->attempt);
    } else if (const auto* over = std::get_if<engine::AttemptEnded>(&action)) {
      end_life(now, over->attempt.step, end_members(outcomes[position(over->attempt.step)], plan_));
      begin_span(now, over->attempt.step, "pause",
                 fmt::format(R"("againInUs":{})", microseconds(over->again_in)));
    } else if (const auto* terminate = std::get_if<engine::Terminate>(&action)) {
      const bool forced = terminate->urgency == Urgency::force;
      begin_span(now, terminate->attempt.step, forced ? "ending by force" : "ending", "");
    } else if (const auto* ended = std::get_if<engine::StepEnded>(&action)) {
      end_life(now, ended->step, outcome_members(outcomes[position(ended->step)], plan_, began_));
    } else if (const auto* stopping = std::get_if<engine::Stopping>(&action)) {
      for (std::size_t at = 0; at < open_.size(); ++at) {
        if (!outcomes[at].started) end_spans(now, static_cast<StepIndex>(at), "");  // a delay
      }
      moment(now, "stopping", R"("reason":)" + reason_json(stopping->reason, plan_));
    } else if (const auto* finish = std::get_if<engine::Finish>(&action)) {
      moment(now, "finished", fmt::format(R"("exitCode":{})", finish->exit_code));
      append("\n]\n");
    }
  }

 private:
  /// A repository may hold a link to any file of its user's, and that must not be lost. Other links lead to
  /// what can't be overwritten: /dev/stdout, `>(gzip > x)`. 0, or what went wrong.
  int open() {
    constexpr int how = O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    descriptor_ = Descriptor(::open(file_.c_str(), how | O_CREAT | O_NOFOLLOW, 0666));
    const bool link = !descriptor_.is_open() && errno == ELOOP;
    if (link) descriptor_ = Descriptor(::open(file_.c_str(), how));
    struct stat status {};
    if (!descriptor_.is_open() || ::fstat(descriptor_.get(), &status) != 0) return errno;
    if (!S_ISREG(status.st_mode)) return 0;
    int error = 0;
    if (link) {
      error = ELOOP;
    } else if (::flock(descriptor_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      error = EWOULDBLOCK;
    } else if (::ftruncate(descriptor_.get(), 0) != 0) {
      error = errno;
    }
    if (error != 0) static_cast<void>(descriptor_.close());
    return error;
  }

  /// What the lines are called, in the order of the plan.
  [[nodiscard]] std::string head() const {
    const std::string title = json_string("dream " + to_string(plan_.steps.back().id));
    std::string text =
        "[\n" + fmt::format(R"({{"ph":"M","pid":1,"name":"process_name","args":{{"name":{}}}}})", title);
    for (std::size_t at = 0; at < plan_.steps.size(); ++at) {
      text += fmt::format(
          ",\n"
          R"({{"ph":"M","pid":1,"tid":{},"name":"thread_name","args":{{"name":{}}}}})",
          at + 1, json_string(to_string(plan_.steps[at].id)));
      text += fmt::format(
          ",\n"
          R"({{"ph":"M","pid":1,"tid":{},"name":"thread_sort_index","args":{{"sort_index":{}}}}})",
          at + 1, at + 1);
    }
    return text;
  }

  void begin_span(Instant now, StepIndex step, std::string_view name, const std::string& members) {
    ++open_[position(step)];
    event(now, 'B', step, fmt::format(R"("name":{},"args":{{{}}})", json_string(name), members));
  }

  /// Of an attempt.
  void begin_life(Instant now, Attempt attempt) {
    begin_span(now, attempt.step, to_string(plan_.steps[position(attempt.step)].id),
               attempt.number == 1 ? "" : fmt::format(R"("attempt":{})", attempt.number));
  }

  void end_life(Instant now, StepIndex step, const std::string& members) {
    if (open_[position(step)] == 0) begin_span(now, step, "not started", "");
    end_spans(now, step, members);
  }

  /// All that stand open on the step's line; `members` belong to the outermost.
  void end_spans(Instant now, StepIndex step, const std::string& members) {
    for (int& open = open_[position(step)]; open > 0; --open)
      event(now, 'E', step, fmt::format(R"("args":{{{}}})", open == 1 ? members : ""));
  }

  void event(Instant now, char phase, StepIndex step, const std::string& members) {
    append(
        fmt::format(",\n"
                    R"({{"ph":"{}","pid":1,"tid":{},"ts":{},{}}})",
                    phase, position(step) + 1, time_of(now), members));
  }

  /// Across all lines.
  void moment(Instant now, std::string_view name, const std::string& members) {
    append(
        fmt::format(",\n"
                    R"({{"ph":"i","s":"g","pid":1,"tid":1,"ts":{},"name":"{}","args":{{{}}}}})",
                    time_of(now), name, members));
  }

  /// The engine's times are those of what it heard; none is told as earlier than the one before.
  std::int64_t time_of(Instant now) {
    latest_ = std::max(latest_, now - began_);
    return microseconds(latest_);
  }

  void append(std::string_view text) {
    if (!descriptor_.is_open()) return;
    const int error = write_unless_full(descriptor_.get(), text);
    if (error == 0) return;
    static_cast<void>(descriptor_.close());
    say_(fmt::format("dream: {}: can't write the trace: {}; it ends here\n", printable(file_.string()),
                     std::strerror(error)));
  }

  std::filesystem::path file_;
  const Plan& plan_;
  std::function<void(std::string_view)> say_;
  std::vector<int> open_;  ///< of each step: spans without an end
  Descriptor descriptor_;
  Instant began_;
  Duration latest_{0};
};

}  // namespace

std::unique_ptr<Reporter> make_trace_file(std::filesystem::path file, const Plan& plan,
                                          std::function<void(std::string_view)> say) {
  return std::make_unique<TraceFile>(std::move(file), plan, std::move(say));
}

}  // namespace dream::output
