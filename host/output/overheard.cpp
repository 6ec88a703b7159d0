#include "output/overheard.hpp"

#include <utility>

namespace dream::output {

namespace {

class Overheard : public Renderer {
 public:
  Overheard(std::unique_ptr<Renderer> next, std::function<void(StepIndex, Stream, std::string_view)> hear)
      : next_(std::move(next)), hear_(std::move(hear)) {}

  [[nodiscard]] Result<void> begin(Instant now) override { return next_->begin(now); }
  void report(Instant now, const engine::Action& action, const engine::Engine& engine) override {
    next_->report(now, action, engine);
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

}  // namespace

std::unique_ptr<Renderer> make_overheard(std::unique_ptr<Renderer> next,
                                         std::function<void(StepIndex, Stream, std::string_view)> hear) {
  return std::make_unique<Overheard>(std::move(next), std::move(hear));
}

}  // namespace dream::output
