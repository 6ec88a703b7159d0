#include <gtest/gtest.h>

#include <deque>
#include <utility>

#include "harness.hpp"

/// Runs far larger than any. Work that grew faster than the number of steps would not end within the time
/// limit of the test program.
namespace dream::engine {
namespace {

constexpr std::size_t many = 150'000;

/// A run whose every process runs as soon as it is to be started.
class BigRun {
 public:
  /// `many` steps, all but the last one like `step`.
  BigRun(const Step& step, const Step& last) : plan_(plan_of(step, last)) { feed(Begin{}); }

  void feed(Event event) {
    std::deque<Event> events{std::move(event)};
    for (; !events.empty(); events.pop_front()) {
      engine_.handle(now_, events.front());
      for (const Action& action : engine_.take_actions()) {
        if (const auto* start = std::get_if<Start>(&action)) events.emplace_back(Started{start->attempt});
        const auto* terminate = std::get_if<Terminate>(&action);
        if (terminate != nullptr && terminate->urgency == Urgency::graceful) ++terminated_;
      }
    }
  }
  void end(std::size_t step) { feed(Exited{{StepIndex(step)}, ExitedWith{0}}); }
  /// Lets the clock run to the next deadline; false: there is none.
  bool advance() {
    const auto deadline = engine_.next_deadline();
    if (!deadline) return false;
    now_ = *deadline;
    feed(TimePassed{});
    return true;
  }

  [[nodiscard]] std::size_t terminated() const { return terminated_; }
  [[nodiscard]] std::optional<int> exit_code() const { return engine_.exit_code(); }

 private:
  static Plan plan_of(const Step& step, const Step& last) {
    Plan plan{.steps = std::vector<Step>(many, step)};
    plan.steps.back() = last;
    return plan;
  }

  Plan plan_;
  Engine engine_{plan_};
  Instant now_{};
  std::size_t terminated_ = 0;
};

TEST(BigRun, many_services_are_asked_to_end_once) {
  BigRun run(service(), foreground());
  EXPECT_EQ(run.terminated(), 0U);
  for (std::size_t step = many; step > 0; --step) run.end(step - 1);
  EXPECT_EQ(run.terminated(), many - 1);
  EXPECT_EQ(run.exit_code(), 0);
}

TEST(BigRun, many_timeouts_pass_one_after_the_other) {
  constexpr int apart = 1;
  const Step step = optional(with_timeout(10, background(apart)));
  BigRun run(step, step);
  while (run.terminated() < many && run.advance()) continue;
  EXPECT_EQ(run.terminated(), many);
}

}  // namespace
}  // namespace dream::engine
