#include "step_run.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace dream::life {

namespace {

/// The engine is asked how a container does at most this often, and only when somebody wants to know.
constexpr std::uint64_t refresh_ns = 1'000'000'000;

std::string detail_of(const Standing& standing) {
  std::string detail =
      standing.id.empty() ? standing.state : "container " + standing.id + ", " + standing.state;
  if (!standing.health.empty()) detail += ", " + standing.health;
  if (standing.restarts > 0) detail += ", " + std::to_string(standing.restarts) + " restarts";
  constexpr std::int64_t kib = 1024;
  constexpr std::int64_t mib = 1024 * kib;
  if (standing.memory >= mib) {
    detail += ", " + std::to_string(standing.memory / mib) + " MiB";
  } else if (standing.memory > 0) {
    detail += ", " + std::to_string(standing.memory / kib) + " KiB";
  }
  return detail;
}

}  // namespace

std::function<void(const std::string&)> teller(const sdk::Host& host, sdk::LoopQueue& loop) {
  return [host, &loop](const std::string& thrown) {
    static_cast<void>(loop.post(
        [host, words = "an error inside the executor: " + thrown] { host.log(DREAM_LOG_WARNING, words); }));
  };
}

/// Brings what it hears to the loop.
class StepRun::Observer final : public LifeObserver {
 public:
  Observer(std::shared_ptr<Link> link, sdk::LoopQueue& loop) : link_(std::move(link)), loop_(loop) {}

  void on_output(std::vector<Piece> pieces, std::function<void()> go_on) override {
    post([pieces = std::move(pieces), go_on = std::move(go_on)](StepRun& run) mutable {
      run.take_output(std::move(pieces), std::move(go_on));
    });
  }
  void on_started() override {
    post([](StepRun& run) { run.begin_running(); });
  }
  void on_ready() override {
    post([](StepRun& run) { run.host_.ready(run.id_); });
  }
  void on_standing(Standing standing) override {
    post([standing = std::move(standing)](StepRun& run) { run.standing_ = standing; });
  }
  void on_warning(std::string text) override {
    post([text = std::move(text)](StepRun& run) { run.host_.log(DREAM_LOG_WARNING, text); });
  }
  void on_left_behind(std::string what) override {
    post([what = std::move(what)](StepRun& run) { run.keep(what); });
  }
  void on_end(LifeEnd end) override {
    post([end = std::move(end)](StepRun& run) { run.end(end); });
  }

 private:
  void post(std::function<void(StepRun&)> function) {
    // A host that takes no more posts has no more use for what they say.
    static_cast<void>(loop_.post([link = link_, function = std::move(function)] {
      if (link->run != nullptr) function(*link->run);
    }));
  }

  std::shared_ptr<Link> link_;
  sdk::LoopQueue& loop_;
};

void StepRun::begin(const asio::any_io_executor& executor, sdk::LoopQueue& loop, const MakeLife& make) {
  link_->run = this;
  executor_ = executor;
  loop_ = &loop;
  life_ = make(std::make_shared<Observer>(link_, loop));
  asio::post(executor, [life = life_] { life->begin(); });
}

sdk::Result<void> StepRun::terminate(sdk::Urgency urgency) {
  if (phase_ == sdk::Phase::exited) return {};
  phase_ = sdk::Phase::stopping;
  asio::post(*executor_, [life = life_, urgency] { life->terminate(urgency); });
  return {};
}

sdk::RunState StepRun::state() const {
  const std::uint64_t now = host_.timer() == nullptr ? 0 : host_.timer()->now(host_.raw());
  if (phase_ == sdk::Phase::running && (!asked_at_ || now - *asked_at_ >= refresh_ns)) {
    asked_at_ = now;
    asio::post(*executor_, [life = life_] { life->refresh(); });
  }
  return {.phase = phase_, .pid = 0, .detail = detail_of(standing_)};
}

sdk::Result<void> StepRun::run_inside(sdk::InsideCommand command) {
  if (sdk::Result<void> may = life_->takes_commands(); !may) return may;
  std::vector<std::string> argv = std::move(command.argv);
  const std::chrono::milliseconds limit(command.limit_ms);
  auto tell = expect([command = std::move(command)](const sdk::Result<CommandOutcome>& outcome) {
    command.end(outcome ? sdk::Exit::code(outcome->code) : sdk::Exit::lost(outcome.failure().message),
                outcome ? outcome->output : "");
  });
  asio::post(*executor_, [life = life_, argv = std::move(argv), limit, tell = std::move(tell)] {
    life->run_inside(argv, limit, tell);
  });
  return {};
}

void StepRun::ask_health(const sdk::HealthQuestion& question) {
  const auto tell = expect([question](const sdk::Result<CommandOutcome>& outcome) {
    question.answer(outcome ? sdk::Result<void>() : outcome.failure());
  });
  asio::post(*executor_, [life = life_, tell] {
    life->ask_health([tell](const sdk::Result<void>& health) {
      tell(health ? sdk::Result<CommandOutcome>(CommandOutcome()) : health.failure());
    });
  });
}

StepRun::Answer StepRun::expect(Answer answer) {
  const std::uint64_t number = next_question_++;
  questions_.emplace(number, std::move(answer));
  return [link = link_, &loop = *loop_, number](const sdk::Result<CommandOutcome>& outcome) {
    static_cast<void>(loop.post([link, number, outcome] {
      if (link->run == nullptr) return;
      const auto open = link->run->questions_.extract(number);
      if (!open.empty()) open.mapped()(outcome);
    }));
  };
}

void StepRun::begin_running() {
  if (phase_ == sdk::Phase::starting) phase_ = sdk::Phase::running;
  host_.started(id_);
}

// ---- output -----------------------------------------------------------------------------------------------

void StepRun::take_output(std::vector<Piece> pieces, std::function<void()> go_on) {
  for (Piece& piece : pieces) output_.push_back({std::move(piece), {}});
  output_.back().go_on = std::move(go_on);
  write_output();
}

void StepRun::write_output() {
  while (!output_.empty() && !full_) {
    const Output next = std::move(output_.front());
    output_.pop_front();
    const dream_status status =
        host_.output()->write(host_.raw(), id_, next.piece.stream, sdk::view(next.piece.bytes));
    if (status == DREAM_AGAIN) {
      if (next.go_on) output_.push_front({{next.piece.stream, {}}, next.go_on});
      wait_for_room();
    } else if (next.go_on) {
      next.go_on();
    }
  }
  if (!full_ && end_) end(*std::exchange(end_, std::nullopt));
}

/// Once each time that the host is full: it calls everybody who has asked.
void StepRun::wait_for_room() {
  full_ = true;
  const auto on_room = [](void* context) noexcept { static_cast<StepRun*>(context)->room_again(); };
  host_.output()->when_writable(host_.raw(), id_, on_room, this);
}

void StepRun::room_again() {
  full_ = false;
  write_output();
}

void StepRun::keep(const std::string& what) {
  // A host of version 1.0 keeps no record of it: then somebody has to read of it.
  if (!host_.left_behind(id_, what)) host_.log(DREAM_LOG_WARNING, what);
}

void StepRun::end(LifeEnd end) {
  if (!output_.empty()) {
    end_ = std::move(end);
    return;
  }
  const bool asked = phase_ == sdk::Phase::stopping;
  phase_ = sdk::Phase::exited;
  for (const auto& [number, answer] : std::exchange(questions_, {}))
    answer(Failure{DREAM_E_STALE, "the step has ended"});
  if (auto* exit = std::get_if<sdk::Exit>(&end)) {
    report_exit(std::move(*exit));
  } else if (asked) {
    // It was asked to end when its start had failed already.
    report_exit(sdk::Exit::failed_start(std::get<Failure>(end)));
  } else {
    report_start_failure(host_, id_, std::get<Failure>(end));
  }
}

}  // namespace dream::life
