#include "runtime/session.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/columns.hpp"
#include "base/environment.hpp"
#include "output/label.hpp"
#include "output/log.hpp"
#include "output/log_directory.hpp"
#include "output/trace_file.hpp"
#include "process/signals.hpp"
#include "runtime/socket_path.hpp"

namespace dream::runtime {

namespace {

/// For terminals of tasks, which there are only below one of the user's.
unsigned short label_columns(const Plan& plan, output::OutputMode mode) {
  if (mode != output::OutputMode::prefix || ::isatty(STDOUT_FILENO) == 0) return 0;
  return static_cast<unsigned short>(columns(output::line_labels(plan, false).front()));
}

/// Some step is ready once it has written a line.
bool reads_logs(const Plan& plan) {
  return std::ranges::any_of(plan.steps, [](const Step& step) { return has_probe<LogProbe>(step.ready); });
}

class MaskedLog final : public Log {
 public:
  MaskedLog(std::unique_ptr<Log> log, std::function<std::string(std::string)> mask)
      : log_(std::move(log)), mask_(std::move(mask)) {}
  [[nodiscard]] bool enabled(LogLevel level) const override { return log_->enabled(level); }
  void write(LogLevel level, std::string_view message) override {
    log_->write(level, mask_(std::string(message)));
  }

 private:
  std::unique_ptr<Log> log_;
  std::function<std::string(std::string)> mask_;
};

std::unique_ptr<Log> make_session_log(const SessionSettings& settings,
                                      std::function<void(std::string_view)> write_line) {
  auto log = output::make_log(settings.lowest_level, settings.colors.err, std::move(write_line));
  if (settings.listener != nullptr) log = output::make_overheard_log(std::move(log), *settings.listener);
  if (settings.mask) log = std::make_unique<MaskedLog>(std::move(log), settings.mask);
  return log;
}

}  // namespace

Session::Session(const Plan& plan, const SessionSettings& settings, process::TerminalState& terminal)
    : context_(1),
      mask_(settings.mask),
      console_(context_,
               {.on_room = [this] { resume_output(); },
                .on_lost =
                    [this](Stream stream, int error) {
                      if (on_lost_) on_lost_(stream, error);
                    }},
               settings.out, settings.err),
      renderer_(output::make_renderer(context_, console_, plan, settings.mode, settings.colors,
                                      [this] { resume_output(); })),
      listener_(settings.listener),
      log_(make_session_log(settings, [this](std::string_view line) { renderer_->say(line); })),
      terminals_(
          {.mode = settings.mode,
           .keeps_bytes = settings.log_directory.has_value() || listener_ != nullptr || reads_logs(plan),
           .keeps_apart = settings.log_directory.has_value() || settings.mode == output::OutputMode::events,
           .label_columns = label_columns(plan, settings.mode),
           .alone = plan.steps.size() == 1},
          terminal, *log_),
      supervisor_(
          context_, [this](const std::string& text) { log_->write(LogLevel::warning, text); },
          settings.inheritance) {
  if (settings.log_directory) {
    renderer_ = output::make_log_directory(*settings.log_directory, plan, std::move(renderer_));
  }
  if (settings.overheard || listener_ != nullptr || reads_logs(plan)) {
    renderer_ = output::make_overheard(std::move(renderer_),
                                       [this](StepIndex step, Stream stream, std::string_view bytes) {
                                         if (listener_ != nullptr) listener_->hear(step, stream, bytes);
                                         if (on_output_) on_output_(step, stream, bytes);
                                       });
  }
  if (settings.trace_file) {
    trace_ = output::make_trace_file(*settings.trace_file, plan,
                                     [this](std::string_view line) { renderer_->say(line); });
  }
  // A reader that went away is an error code of write, and so is a file that may not grow (ulimit -f).
  process::disarm_signals(process::set_of(SIGPIPE) | process::set_of(SIGXFSZ));
  std::signal(SIGCHLD, SIG_DFL);  // may be inherited as ignored: then no exit status could be had
  if (plan.shares_front) {
    std::string fifo;
    if (plan.jobserver == Jobserver::fifo) {
      const Result<std::string> path = new_jobserver_path(plugin::own_lookup());
      if (path)
        fifo = *path;
      else
        log_->write(LogLevel::warning, "the jobserver is a pipe without a name: " + to_string(path.error()));
    }
    tokens_ = JobTokens::make(context_, plan.jobs, own_variables(), fifo);
  }
  services_ = std::make_unique<HostServices>(HostServices::Parts{.context = context_,
                                                                 .plan = plan,
                                                                 .supervisor = supervisor_,
                                                                 .renderer = *renderer_,
                                                                 .log = *log_,
                                                                 .place = settings.place,
                                                                 .terminals = terminals_,
                                                                 .tokens = tokens_.get()});
}

void Session::write_everything_out() {
  if (context_.stopped()) context_.restart();  // it ran out of work before
  while (console_.pending() > 0 || renderer_->busy()) context_.run_one();
}

std::vector<output::Reporter*> Session::reporters() const {
  std::vector<output::Reporter*> all{renderer_.get()};
  if (trace_) all.push_back(trace_.get());
  if (listener_ != nullptr) all.push_back(listener_);
  return all;
}

void Session::window_changed() {
  if (const auto window = terminals_.new_window()) supervisor_.resize(*window);
}

void Session::resume_output() {
  renderer_->resume();
  if (services_) services_->resume_output();
}

}  // namespace dream::runtime
