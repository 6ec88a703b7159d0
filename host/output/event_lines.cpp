#include "output/event_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "output/outcome_json.hpp"
#include "output/summary.hpp"

namespace dream::output {

namespace {

/// The most bytes of a step in one event.
constexpr std::size_t most_bytes = 65536;

/// How many bytes at the end of `text` may be the beginning of a UTF-8 sequence whose rest is still to come.
std::size_t unfinished_character(std::string_view text) {
  for (std::size_t size = 1; size <= std::min<std::size_t>(3, text.size()); ++size) {
    const auto byte = static_cast<unsigned char>(text[text.size() - size]);
    if ((byte & 0xC0U) == 0x80) continue;
    const std::size_t whole = byte < 0xC2 || byte > 0xF4 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    return size < whole ? size : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

const char* word_of(LogLevel level) {
  constexpr std::array words{"debug", "info", "warning", "error"};
  return words[static_cast<std::size_t>(level)];
}

class Lines : public EventLines {
 public:
  Lines(const Plan& plan, std::function<Instant()> clock, std::function<void(std::string_view)> take)
      : plan_(plan),
        clock_(std::move(clock)),
        take_(std::move(take)),
        kept_(plan.steps.size()),
        attempts_(plan.steps.size(), 1) {}

  void begin_unheard(Instant now) override { began_ = now; }

  [[nodiscard]] Result<void> begin(Instant now) override {
    began_ = now;
    std::string steps;
    for (const Step& step : plan_.steps) {
      if (!steps.empty()) steps += ',';
      steps += fmt::format(R"({{"step":{},"project":{},"task":{},"executor":{},)",
                           json_string(to_string(step.id)), json_string(step.id.project),
                           json_string(step.id.task), step.gathers ? "null" : json_string(step.executor));
      std::vector<std::string> needs;
      for (const StepIndex needed : step.needs) needs.push_back(name(needed));
      steps +=
          fmt::format(R"("background":{},"required":{},"service":{}{}{},"needs":[{}]}})", step.background,
                      step.required, step.service, step.finally ? R"(,"finally":true)" : "",
                      step.requested ? R"(,"requested":true)" : "", fmt::join(needs, ","));
    }
    emit(now, "planned", fmt::format(R"("steps":[{}])", steps));
    return {};
  }

  void report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) override {
    if (report_readiness(now, action)) return;
    if (const auto* start = std::get_if<engine::Start>(&action)) {
      attempts_[position(start->attempt.step)] = start->attempt.number;
    } else if (const auto* started = std::get_if<engine::StepStarted>(&action)) {
      emit(now, "started", step_member(started->step));
    } else if (const auto* ended = std::get_if<engine::StepEnded>(&action)) {
      const engine::Outcome& outcome = outcomes[position(ended->step)];
      emit(now, "ended", step_member(ended->step) + "," + outcome_members(outcome, plan_, began_));
    } else if (const auto* over = std::get_if<engine::AttemptEnded>(&action)) {
      emit(now, "attempt",
           fmt::format(R"({},{},"againInUs":{})", attempt_members(over->attempt),
                       end_members(outcomes[position(over->attempt.step)], plan_),
                       microseconds(over->again_in)));
    } else if (const auto* held = std::get_if<engine::StepHeld>(&action)) {
      emit(now, "held", step_member(held->step));
    } else if (const auto* again = std::get_if<engine::StepRestarted>(&action)) {
      emit(now, "restarted", attempt_members(again->attempt));
    } else if (const auto* left = std::get_if<engine::LeftoversFound>(&action)) {
      emit(now, "leftovers",
           fmt::format(R"({},"processes":{},"kept":{})", step_member(left->step), texts_json(left->processes),
                       left->kept));
    } else if (const auto* delay = std::get_if<engine::DelayBegan>(&action)) {
      emit(now, "delay",
           fmt::format(R"({},"delayUs":{})", step_member(delay->next), microseconds(delay->delay)));
    } else if (const auto* waiting = std::get_if<engine::WaitingForBackground>(&action)) {
      std::vector<std::string> names;
      for (const StepIndex step : waiting->steps) names.push_back(name(step));
      emit(now, "waiting", fmt::format(R"("steps":[{}])", fmt::join(names, ",")));
    } else if (const auto* stopping = std::get_if<engine::Stopping>(&action)) {
      emit(now, "stopping", R"("reason":)" + reason_json(stopping->reason, plan_));
    } else if (const auto* finish = std::get_if<engine::Finish>(&action)) {
      emit_summary(now, finish->exit_code, outcomes);
    }
  }

  void write(StepIndex step, Stream stream, std::string_view bytes) override {
    std::string& kept = kept_of(step, stream);
    while (!bytes.empty()) {
      const std::string_view piece = bytes.substr(0, most_bytes - kept.size());
      bytes.remove_prefix(piece.size());
      kept += piece;
      const std::size_t size = kept.size() - unfinished_character(kept);
      emit_output(step, stream, std::string_view(kept).substr(0, size));
      kept.erase(0, size);
    }
  }

  void end(StepIndex step) override {
    for (const Stream stream : {Stream::out, Stream::err}) {
      emit_output(step, stream, std::exchange(kept_of(step, stream), {}));
    }
  }

  /// As old as what was told last: the times of events stay those of the engine.
  void words(LogLevel level, std::string_view text) override {
    emit(began_, "words", fmt::format(R"("level":"{}","text":{})", word_of(level), json_string(text)));
  }

 private:
  /// False: the action says nothing of it.
  bool report_readiness(Instant now, const engine::Action& action) {
    const auto of_attempt = [&](StepIndex step) {
      return attempt_members({step, attempts_[position(step)]});
    };
    if (const auto* ready = std::get_if<engine::StepReady>(&action)) {
      emit(now, "ready",
           fmt::format(R"({},"afterUs":{})", of_attempt(ready->step), microseconds(ready->after)));
    } else if (const auto* missed = std::get_if<engine::StepNotReady>(&action)) {
      emit_probing(now, missed->step, missed->found, true);
    } else if (const auto* probing = std::get_if<engine::StillProbing>(&action)) {
      emit_probing(now, probing->step, probing->found, false);
    } else if (const auto* ill = std::get_if<engine::StepUnhealthy>(&action)) {
      emit(now, "unhealthy", fmt::format(R"({},"why":{})", of_attempt(ill->step), json_string(ill->why)));
    } else if (const auto* well = std::get_if<engine::StepHealthy>(&action)) {
      emit(now, "healthy", of_attempt(well->step));
    } else {
      return false;
    }
    return true;
  }

  [[nodiscard]] std::string name(StepIndex step) const {
    return json_string(to_string(plan_.steps[position(step)].id));
  }
  [[nodiscard]] std::string step_member(StepIndex step) const { return R"("step":)" + name(step); }

  [[nodiscard]] std::string attempt_members(Attempt attempt) const {
    return fmt::format(R"({},"attempt":{})", step_member(attempt.step), attempt.number);
  }

  std::string& kept_of(StepIndex step, Stream stream) {
    return kept_[position(step)][stream == Stream::out ? 0 : 1];
  }

  void emit_output(StepIndex step, Stream stream, std::string_view bytes) {
    if (bytes.empty()) return;
    const std::string data = data_member(bytes);
    emit(clock_(), "output",
         fmt::format(R"({},"stream":"{}",{})", step_member(step), stream == Stream::out ? "stdout" : "stderr",
                     data));
  }

  void emit_probing(Instant now, StepIndex step, const engine::Found& found, bool given_up) {
    emit(now, "probing",
         fmt::format(R"({},"tries":{},"lastError":{},"givenUp":{})", step_member(step), found.tries,
                     found.what.empty() ? "null" : json_string(found.what), given_up));
  }

  void emit_summary(Instant now, int exit_code, std::span<const engine::Outcome> outcomes) {
    std::array<std::size_t, 4> counts{};
    std::string steps;
    for (std::size_t at = 0; at < outcomes.size(); ++at) {
      ++counts[static_cast<std::size_t>(outcomes[at].kind)];
      if (at > 0) steps += ',';
      steps += fmt::format("{{{},{}", step_member(static_cast<StepIndex>(at)),
                           outcome_members(outcomes[at], plan_, began_));
      if (attempts_[at] > 1) steps += fmt::format(R"(,"restarts":{})", attempts_[at] - 1);
      steps += '}';
    }
    std::string members = fmt::format(R"("exitCode":{})", exit_code);
    for (std::size_t kind = 0; kind < counts.size(); ++kind) {
      members += fmt::format(R"(,"{}":{})", word(engine::OutcomeKind(kind)), counts[kind]);
    }
    emit(now, "summary", members + fmt::format(R"(,"steps":[{}])", steps));
  }

  /// The engine's times are those of what it heard, bytes are older when it acts: no line seems to be earlier
  /// than the one before it.
  void emit(Instant at, std::string_view event, std::string_view members) {
    latest_ = std::max(latest_, at - began_);
    take_(
        fmt::format("{{\"v\":1,\"atUs\":{},\"event\":\"{}\",{}}}\n", microseconds(latest_), event, members));
  }

  const Plan& plan_;
  std::function<Instant()> clock_;
  std::function<void(std::string_view)> take_;
  std::vector<std::array<std::string, 2>> kept_;  ///< of each stream: the beginning of a character
  std::vector<std::uint32_t> attempts_;           ///< of each step: the number of the latest
  Instant began_;
  Duration latest_{0};
};

}  // namespace

std::string data_member(std::string_view bytes) {
  return is_utf8(bytes) ? R"("text":)" + json_string(bytes)
                        : fmt::format(R"("base64":"{}")", to_base64(bytes));
}

std::unique_ptr<EventLines> make_event_lines(const Plan& plan, std::function<Instant()> clock,
                                             std::function<void(std::string_view)> take) {
  return std::make_unique<Lines>(plan, std::move(clock), std::move(take));
}

}  // namespace dream::output
