#include "output/quiet.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/text.hpp"
#include "output/last_lines.hpp"
#include "output/left_open.hpp"

namespace dream::output {

namespace {

class QuietRenderer : public Renderer {
 public:
  QuietRenderer(Console& console, const Plan& plan)
      : console_(console), plan_(plan), last_(plan.steps.size()) {}

  bool write(StepIndex step, Stream stream, std::string_view bytes) override {
    last_[position(step)].add(stream, bytes);
    return true;
  }
  [[nodiscard]] bool ready(StepIndex /*step*/, Stream /*stream*/) const override { return true; }
  void end(StepIndex /*step*/) override {}
  void say(std::string_view lines) override { put(Stream::err, lines); }

  void report(Instant /*now*/, const engine::Action& action,
              std::span<const engine::Outcome> outcomes) override {
    if (const auto* start = std::get_if<engine::Start>(&action)) {
      last_[position(start->attempt.step)] = {};
    } else if (const auto* ended = std::get_if<engine::StepEnded>(&action)) {
      tell(ended->step, outcomes[position(ended->step)], "");
    } else if (const auto* over = std::get_if<engine::AttemptEnded>(&action)) {
      tell(over->attempt.step, outcomes[position(over->attempt.step)],
           fmt::format(" (attempt {})", over->attempt.number));
    }
  }

 private:
  void tell(StepIndex step, const engine::Outcome& outcome, std::string_view attempt) {
    std::string last = last_[position(step)].take();
    if (outcome.kind != engine::OutcomeKind::failed || last.empty()) return;
    LeftOpen open;
    if (console_.writer(Stream::out).is_terminal()) open.follow(last);
    const bool ends_in_line = !last.ends_with('\n');
    last += open.take_end();
    if (ends_in_line) last += '\n';
    say(fmt::format("dream: ── {}{}, last lines ──\n", printable(to_string(plan_.steps[position(step)].id)),
                    attempt));
    put(Stream::out, last);
  }

  void put(Stream stream, std::string_view bytes) {
    console_.writer(stream).append(bytes);
    console_.writer(stream).commit();
  }

  Console& console_;
  const Plan& plan_;
  std::vector<LastLines> last_;  ///< of the attempt that runs, of each step
};

}  // namespace

std::unique_ptr<Renderer> make_quiet_renderer(Console& console, const Plan& plan) {
  return std::make_unique<QuietRenderer>(console, plan);
}

}  // namespace dream::output
