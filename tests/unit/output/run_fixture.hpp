#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>

#include "output/renderer.hpp"
#include "support/file_size_limit.hpp"
#include "unit/output/pipe.hpp"

namespace dream::output {

/// A run of ./a:go and ./b:go in the background and ./c:go, none of which is required, with a real engine and
/// no processes. The test says what happens; the renderer shows it in two pipes.
class RunTest : public testing::Test {
 protected:
  static constexpr StepIndex a{0};
  static constexpr StepIndex b{1};
  static constexpr StepIndex c{2};

  static Plan make_plan() {
    Plan plan;
    for (const char* project : {"./a", "./b", "./c"}) {
      plan.steps.push_back({.id = {project, "go"}, .background = plan.steps.size() < 2, .required = false});
    }
    return plan;
  }

  void use(std::unique_ptr<Renderer> renderer) { renderer_ = std::move(renderer); }

  [[nodiscard]] Result<void> begin() { return renderer_->begin(now_); }

  void happens(const engine::Event& event) {
    now_ += std::chrono::milliseconds(1);
    engine_.handle(now_, event);
    for (const engine::Action& action : engine_.take_actions())
      renderer_->report(now_, action, engine_.outcomes());
  }

  /// The run has begun, and all three steps have started.
  void start_all() {
    EXPECT_TRUE(begin());
    happens(engine::Begin{});
    for (const StepIndex step : {a, b, c}) happens(engine::Started{{step}});
  }

  void ends(StepIndex step, int code) {
    renderer_->end(step);
    happens(engine::Exited{{step}, ExitedWith{code}});
  }

  /// Attempts of `a` that fail are followed by another.
  void restart_a() { plan_.steps[0].restart.on = Restart::On::failure; }

  /// The pause after an attempt of `a` has passed, and the next one runs.
  void attempt_begins(std::uint32_t number) {
    now_ += plan_.steps[0].restart.max_delay;
    happens(engine::TimePassed{});
    happens(engine::Started{{a, number}});
  }

  void attempt_ends(std::uint32_t number, int code) {
    renderer_->end(a);
    happens(engine::Exited{{a, number}, ExitedWith{code}});
  }

  bool writes(StepIndex step, Stream stream, std::string_view bytes) {
    return renderer_->write(step, stream, bytes);
  }

  /// Lets the loop run what is ready.
  std::size_t run_loop() {
    context_.restart();
    return context_.poll();
  }

  /// Lets the loop run, and reads, until nothing moves any more.
  void settle() {
    for (bool moved = true; moved;) {
      moved = run_loop() > 0;
      const std::string out = out_pipe_.read_now();
      const std::string err = err_pipe_.read_now();
      moved = moved || !out.empty() || !err.empty();
      out_ += out;
      err_ += err;
    }
  }

  boost::asio::io_context context_;
  Pipe out_pipe_;
  Pipe err_pipe_;
  std::string out_;  ///< what was read so far
  std::string err_;
  int room_calls_ = 0;
  Plan plan_ = make_plan();
  engine::Engine engine_{plan_};
  Instant now_{std::chrono::seconds(100)};
  Console::Callbacks callbacks_{.on_room =
                                    [this] {
                                      renderer_->resume();
                                      ++room_calls_;
                                    },
                                .on_lost = [](Stream, int) {}};
  Console console_{context_, callbacks_, out_pipe_.write_end(), err_pipe_.write_end()};
  std::unique_ptr<Renderer> renderer_;
};

}  // namespace dream::output
