#include "output/events.hpp"

#include <utility>

#include "output/event_lines.hpp"

namespace dream::output {

namespace {

class EventsRenderer : public Renderer {
 public:
  EventsRenderer(Console& console, const Plan& plan, std::function<Instant()> clock)
      : console_(console), lines_(make_event_lines(plan, std::move(clock), [this](std::string_view line) {
          console_.writer(Stream::out).append(line);
          console_.writer(Stream::out).commit();
        })) {}

  [[nodiscard]] Result<void> begin(Instant now) override { return lines_->begin(now); }

  void report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) override {
    lines_->report(now, action, outcomes);
  }

  bool write(StepIndex step, Stream stream, std::string_view bytes) override {
    lines_->write(step, stream, bytes);
    return ready(step, stream);
  }

  [[nodiscard]] bool ready(StepIndex /*step*/, Stream /*stream*/) const override {
    return console_.writer(Stream::out).room();
  }

  void end(StepIndex step) override { lines_->end(step); }

  void say(std::string_view lines) override {
    console_.writer(Stream::err).append(lines);
    console_.writer(Stream::err).commit();
  }

 private:
  Console& console_;
  std::unique_ptr<EventLines> lines_;
};

}  // namespace

std::unique_ptr<Renderer> make_events_renderer(Console& console, const Plan& plan,
                                               std::function<Instant()> clock) {
  return std::make_unique<EventsRenderer>(console, plan, std::move(clock));
}

}  // namespace dream::output
