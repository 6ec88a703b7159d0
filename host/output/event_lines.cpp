#include "output/event_lines.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/json_builder.hpp"
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
    emit(now, "planned", [&](JsonLine& json) {
      json.begin_array("steps");
      for (const Step& step : plan_.steps) add_step(json, step);
      json.end_array();
    });
    return {};
  }

  void report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) override {
    if (report_readiness(now, action)) return;
    if (const auto* start = std::get_if<engine::Start>(&action)) {
      attempts_[position(start->attempt.step)] = start->attempt.number;
    } else if (const auto* started = std::get_if<engine::StepStarted>(&action)) {
      emit(now, "started", [&](JsonLine& json) { json.member("step", name(started->step)); });
    } else if (const auto* ended = std::get_if<engine::StepEnded>(&action)) {
      emit(now, "ended", [&](JsonLine& json) {
        json.member("step", name(ended->step));
        add_outcome(json, outcomes[position(ended->step)], plan_, began_);
      });
    } else if (const auto* over = std::get_if<engine::AttemptEnded>(&action)) {
      emit(now, "attempt", [&](JsonLine& json) {
        add_attempt(json, over->attempt);
        add_end(json, outcomes[position(over->attempt.step)], plan_);
        json.member("againInUs", microseconds(over->again_in));
      });
    } else if (const auto* held = std::get_if<engine::StepHeld>(&action)) {
      emit(now, "held", [&](JsonLine& json) { json.member("step", name(held->step)); });
    } else if (const auto* again = std::get_if<engine::StepRestarted>(&action)) {
      emit(now, "restarted", [&](JsonLine& json) { add_attempt(json, again->attempt); });
    } else if (const auto* left = std::get_if<engine::LeftoversFound>(&action)) {
      emit(now, "leftovers", [&](JsonLine& json) {
        json.member("step", name(left->step)).member("processes", left->processes).member("kept", left->kept);
      });
    } else if (const auto* delay = std::get_if<engine::DelayBegan>(&action)) {
      emit(now, "delay", [&](JsonLine& json) {
        json.member("step", name(delay->next)).member("delayUs", microseconds(delay->delay));
      });
    } else if (const auto* waiting = std::get_if<engine::WaitingForBackground>(&action)) {
      emit(now, "waiting", [&](JsonLine& json) { json.member("steps", ids_of(plan_, waiting->steps)); });
    } else if (const auto* stopping = std::get_if<engine::Stopping>(&action)) {
      emit(now, "stopping", [&](JsonLine& json) { add_reason(json, stopping->reason, plan_); });
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
    emit(began_, "words", [&](JsonLine& json) { json.member("level", word_of(level)).member("text", text); });
  }

 private:
  /// False: the action says nothing of it.
  bool report_readiness(Instant now, const engine::Action& action) {
    const auto add_latest = [&](JsonLine& json, StepIndex step) {
      add_attempt(json, {step, attempts_[position(step)]});
    };
    if (const auto* ready = std::get_if<engine::StepReady>(&action)) {
      emit(now, "ready", [&](JsonLine& json) {
        add_latest(json, ready->step);
        json.member("afterUs", microseconds(ready->after));
      });
    } else if (const auto* missed = std::get_if<engine::StepNotReady>(&action)) {
      emit_probing(now, missed->step, missed->found, true);
    } else if (const auto* probing = std::get_if<engine::StillProbing>(&action)) {
      emit_probing(now, probing->step, probing->found, false);
    } else if (const auto* ill = std::get_if<engine::StepUnhealthy>(&action)) {
      emit(now, "unhealthy", [&](JsonLine& json) {
        add_latest(json, ill->step);
        json.member("why", ill->why);
      });
    } else if (const auto* well = std::get_if<engine::StepHealthy>(&action)) {
      emit(now, "healthy", [&](JsonLine& json) { add_latest(json, well->step); });
    } else {
      return false;
    }
    return true;
  }

  [[nodiscard]] std::string name(StepIndex step) const { return to_string(plan_.steps[position(step)].id); }

  void add_step(JsonLine& json, const Step& step) const {
    json.begin_object().member("step", to_string(step.id));
    add_settings(json, step);
    if (step.finally) json.member("finally", true);
    if (step.requested) json.member("requested", true);
    json.member("needs", ids_of(plan_, step.needs)).end_object();
  }

  void add_attempt(JsonLine& json, Attempt attempt) const {
    json.member("step", name(attempt.step)).member("attempt", attempt.number);
  }

  std::string& kept_of(StepIndex step, Stream stream) {
    return kept_[position(step)][stream == Stream::out ? 0 : 1];
  }

  void emit_output(StepIndex step, Stream stream, std::string_view bytes) {
    if (bytes.empty()) return;
    emit(clock_(), "output", [&](JsonLine& json) {
      json.member("step", name(step)).member("stream", name_of(stream));
      add_data(json, bytes);
    });
  }

  void emit_probing(Instant now, StepIndex step, const engine::Found& found, bool given_up) {
    emit(now, "probing", [&](JsonLine& json) {
      json.member("step", name(step))
          .member("tries", found.tries)
          .text_or_null("lastError", found.what)
          .member("givenUp", given_up);
    });
  }

  void emit_summary(Instant now, int exit_code, std::span<const engine::Outcome> outcomes) {
    std::array<std::size_t, 4> counts{};
    for (const engine::Outcome& outcome : outcomes) ++counts[static_cast<std::size_t>(outcome.kind)];
    emit(now, "summary", [&](JsonLine& json) {
      json.member("exitCode", exit_code);
      for (std::size_t kind = 0; kind < counts.size(); ++kind)
        json.member(word(engine::OutcomeKind(kind)), counts[kind]);
      json.begin_array("steps");
      for (std::size_t at = 0; at < outcomes.size(); ++at) {
        json.begin_object().member("step", name(StepIndex(at)));
        add_outcome(json, outcomes[at], plan_, began_);
        if (attempts_[at] > 1) json.member("restarts", attempts_[at] - 1);
        json.end_object();
      }
      json.end_array();
    });
  }

  /// The engine's times are those of what it heard, bytes are older when it acts: no line seems to be earlier
  /// than the one before it.
  template <class AddMembers>
  void emit(Instant at, std::string_view event, const AddMembers& add_members) {
    latest_ = std::max(latest_, at - began_);
    JsonLine json;
    json.begin_object().member("v", 1).member("atUs", microseconds(latest_)).member("event", event);
    add_members(json);
    take_(json.end_object().line());
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

std::unique_ptr<EventLines> make_event_lines(const Plan& plan, std::function<Instant()> clock,
                                             std::function<void(std::string_view)> take) {
  return std::make_unique<Lines>(plan, std::move(clock), std::move(take));
}

}  // namespace dream::output
