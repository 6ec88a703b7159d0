#include "runtime/session.hpp"

#include <csignal>
#include <utility>

#include "output/log.hpp"
#include "output/log_directory.hpp"

namespace dream::runtime {

Session::Session(const Plan& plan, const SessionSettings& settings)
    : context_(1),
      console_(context_, {.on_room = [this] { resume_output(); },
                          .on_lost =
                              [this](Stream stream, int error) {
                                if (on_lost_) on_lost_(stream, error);
                              }}),
      renderer_(output::make_renderer(context_, console_, plan, settings.mode, settings.color,
                                      [this] { resume_output(); })),
      log_(output::make_log(settings.lowest_level, settings.color,
                            [this](std::string_view line) { renderer_->say(line); })),
      supervisor_(context_) {
  if (settings.log_directory) {
    renderer_ = output::make_log_directory(*settings.log_directory, plan, std::move(renderer_));
  }
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error code of write
  std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that may not grow (ulimit -f)
  std::signal(SIGCHLD, SIG_DFL);  // may be inherited as ignored: then no exit status could be had
  services_ = std::make_unique<HostServices>(HostServices::Parts{.context = context_,
                                                                 .plan = plan,
                                                                 .supervisor = supervisor_,
                                                                 .renderer = *renderer_,
                                                                 .log = *log_,
                                                                 .place = settings.place,
                                                                 .inherit_stdin = settings.inherit_stdin});
}

void Session::write_everything_out() {
  if (context_.stopped()) context_.restart();  // it ran out of work before
  while (console_.pending() > 0 || renderer_->busy()) context_.run_one();
}

void Session::resume_output() {
  renderer_->resume();
  if (services_) services_->resume_output();
}

}  // namespace dream::runtime
