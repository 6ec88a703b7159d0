#include "output/overheard.hpp"

#include <utility>

namespace dream::output {

namespace {

class Overheard : public Renderer {
 public:
  Overheard(std::unique_ptr<Renderer> next, std::function<void(StepIndex, Stream, std::string_view)> hear)
      : next_(std::move(next)), hear_(std::move(hear)) {}

  [[nodiscard]] Result<void> begin(Instant now) override { return next_->begin(now); }
  void report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) override {
    next_->report(now, action, outcomes);
  }
  bool write(StepIndex step, Stream stream, std::string_view bytes) override {
    hear_(step, stream, bytes);
    return next_->write(step, stream, bytes);
  }
  [[nodiscard]] bool ready(StepIndex step, Stream stream) const override {
    return next_->ready(step, stream);
  }
  void end(StepIndex step) override { next_->end(step); }
  void say(std::string_view lines) override { next_->say(lines); }
  void resume() override { next_->resume(); }
  [[nodiscard]] bool busy() const override { return next_->busy(); }

 private:
  std::unique_ptr<Renderer> next_;
  std::function<void(StepIndex, Stream, std::string_view)> hear_;
};

class OverheardLog : public Log {
 public:
  OverheardLog(std::unique_ptr<Log> next, Listener& listener) : next_(std::move(next)), listener_(listener) {}

  [[nodiscard]] bool enabled(LogLevel level) const override {
    return is_heard(level) || next_->enabled(level);
  }
  void write(LogLevel level, std::string_view message) override {
    if (is_heard(level)) listener_.hear_words(level, message);
    next_->write(level, message);
  }

 private:
  static bool is_heard(LogLevel level) { return level != LogLevel::debug; }

  std::unique_ptr<Log> next_;
  Listener& listener_;
};

}  // namespace

std::unique_ptr<Log> make_overheard_log(std::unique_ptr<Log> next, Listener& listener) {
  return std::make_unique<OverheardLog>(std::move(next), listener);
}

std::unique_ptr<Renderer> make_overheard(std::unique_ptr<Renderer> next,
                                         std::function<void(StepIndex, Stream, std::string_view)> hear) {
  return std::make_unique<Overheard>(std::move(next), std::move(hear));
}

}  // namespace dream::output
