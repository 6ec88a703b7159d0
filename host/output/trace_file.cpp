#include "output/trace_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/json_builder.hpp"
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
      begin_span(now, delay->next, "delay",
                 [&](JsonLine& args) { args.member("delayUs", microseconds(delay->delay)); });
    } else if (const auto* started = std::get_if<engine::StepStarted>(&action)) {
      end_spans(now, started->step);
      begin_life(now, {started->step});
    } else if (const auto* start = std::get_if<engine::Start>(&action)) {
      if (start->attempt.number > 1) end_spans(now, start->attempt.step);  // the pause before it
    } else if (const auto* again = std::get_if<engine::StepRestarted>(&action)) {
      begin_life(now, again->attempt);
    } else if (const auto* over = std::get_if<engine::AttemptEnded>(&action)) {
      end_life(now, over->attempt.step,
               [&](JsonLine& args) { add_end(args, outcomes[position(over->attempt.step)], plan_); });
      begin_span(now, over->attempt.step, "pause",
                 [&](JsonLine& args) { args.member("againInUs", microseconds(over->again_in)); });
    } else if (const auto* terminate = std::get_if<engine::Terminate>(&action)) {
      const bool forced = terminate->urgency == Urgency::force;
      begin_span(now, terminate->attempt.step, forced ? "ending by force" : "ending");
    } else if (const auto* ended = std::get_if<engine::StepEnded>(&action)) {
      end_life(now, ended->step,
               [&](JsonLine& args) { add_outcome(args, outcomes[position(ended->step)], plan_, began_); });
    } else if (const auto* stopping = std::get_if<engine::Stopping>(&action)) {
      for (std::size_t at = 0; at < open_.size(); ++at) {
        if (!outcomes[at].started) end_spans(now, static_cast<StepIndex>(at));  // a delay
      }
      moment(now, "stopping", [&](JsonLine& args) { add_reason(args, stopping->reason, plan_); });
    } else if (const auto* finish = std::get_if<engine::Finish>(&action)) {
      moment(now, "finished", [&](JsonLine& args) { args.member("exitCode", finish->exit_code); });
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

  using AddArgs = std::function<void(JsonLine& args)>;

  /// What the lines are called, in the order of the plan.
  [[nodiscard]] std::string head() const {
    const auto named = [](std::size_t thread, std::string_view what, std::string_view name) {
      return event("M", thread, what, {}, [&](JsonLine& args) { args.member("name", name); });
    };
    std::string text = "[\n" + named(0, "process_name", "dream " + to_string(plan_.steps.back().id));
    for (std::size_t at = 1; at <= plan_.steps.size(); ++at) {
      text += ",\n" + named(at, "thread_name", to_string(plan_.steps[at - 1].id));
      text += ",\n" +
              event("M", at, "thread_sort_index", {}, [&](JsonLine& args) { args.member("sort_index", at); });
    }
    return text;
  }

  void begin_span(Instant now, StepIndex step, std::string_view name, const AddArgs& add_args = {}) {
    ++open_[position(step)];
    append_event("B", step, name, now, add_args);
  }

  /// Of an attempt.
  void begin_life(Instant now, Attempt attempt) {
    begin_span(now, attempt.step, to_string(plan_.steps[position(attempt.step)].id), [&](JsonLine& args) {
      if (attempt.number > 1) args.member("attempt", attempt.number);
    });
  }

  void end_life(Instant now, StepIndex step, const AddArgs& add_args) {
    if (open_[position(step)] == 0) begin_span(now, step, "not started");
    end_spans(now, step, add_args);
  }

  /// All that stand open on the step's line; `add_args` belongs to the outermost.
  void end_spans(Instant now, StepIndex step, const AddArgs& add_args = {}) {
    for (int& open = open_[position(step)]; open > 0; --open)
      append_event("E", step, {}, now, open == 1 ? add_args : AddArgs{});
  }

  /// Across all lines.
  void moment(Instant now, std::string_view name, const AddArgs& add_args) {
    append_event("i", StepIndex{0}, name, now, add_args);
  }

  void append_event(std::string_view phase, StepIndex step, std::string_view name, Instant now,
                    const AddArgs& add_args) {
    append(",\n" + event(phase, position(step) + 1, name, time_of(now), add_args));
  }

  /// Thread 0: it is the process's.
  static std::string event(std::string_view phase, std::size_t thread, std::string_view name,
                           std::optional<std::int64_t> at, const AddArgs& add_args) {
    JsonLine json;
    json.begin_object().member("ph", phase).member("pid", 1);
    if (thread > 0) json.member("tid", thread);
    if (phase == "i") json.member("s", "g");
    if (at) json.member("ts", *at);
    if (!name.empty()) json.member("name", name);
    json.begin_object("args");
    if (add_args) add_args(json);
    return json.end_object().end_object().text();
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
