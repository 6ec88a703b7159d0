#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "output/overheard.hpp"
#include "output/renderer.hpp"
#include "plan/plan.hpp"
#include "process/supervisor.hpp"
#include "runtime/host_services.hpp"
#include "runtime/job_tokens.hpp"

namespace dream::runtime {

/// How a run looks to its user.
struct SessionSettings {
  output::OutputMode mode = output::OutputMode::prefix;
  output::Colors colors;
  LogLevel lowest_level = LogLevel::info;
  std::optional<std::filesystem::path> log_directory;
  std::optional<std::filesystem::path> trace_file;
  bool overheard = false;                      ///< somebody hears what steps write, whatever the plan says
  output::Listener* listener = nullptr;        ///< hears all of it, and outlives the session; or none
  std::shared_ptr<const plugin::Place> place;  ///< what plugins are told of where they are
  process::Inheritance inheritance = {};       ///< for tasks
  /// Takes out of dream's own words what is nobody's business; none: nothing is. Tasks write what they like.
  std::function<std::string(std::string)> mask = {};
  int out = 1;  ///< dream's stdout
  int err = 2;  ///< dream's stderr
};

/// The parts of this program that a run needs, put together: the loop, its children, the console and its
/// renderer. One at a time.
class Session {
 public:
  /// `plan` and `terminal`, the user's as it was at first, must outlive the session.
  Session(const Plan& plan, const SessionSettings& settings, process::TerminalState& terminal);

  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  [[nodiscard]] output::Console& console() { return console_; }
  [[nodiscard]] output::Renderer& renderer() { return *renderer_; }
  /// The renderer, and what else is to be told of the run.
  [[nodiscard]] std::vector<output::Reporter*> reporters() const;
  [[nodiscard]] HostServices& services() { return *services_; }
  [[nodiscard]] Log& log() { return *log_; }
  [[nodiscard]] process::Supervisor& supervisor() { return supervisor_; }

  /// A text of dream's own as it may be shown, sent and kept. The log does it by itself.
  [[nodiscard]] std::string masked(std::string text) const {
    return mask_ ? mask_(std::move(text)) : std::move(text);
  }

  /// nullptr: no two steps of the plan run in front at once.
  [[nodiscard]] JobTokens* tokens() { return tokens_.get(); }

  /// The user's window may have another size.
  void window_changed();

  /// Lets the loop run until everything has been shown.
  void write_everything_out();

  /// Who is told that one of dream's own outputs can't be written any more.
  void on_output_lost(std::function<void(Stream, int error)> call) { on_lost_ = std::move(call); }

  /// Who hears what steps write; only where a step of the plan is ready by its log, or of a session that is
  /// overheard.
  void on_output(std::function<void(StepIndex, Stream, std::string_view)> call) {
    on_output_ = std::move(call);
  }

 private:
  void resume_output();

  boost::asio::io_context context_;
  std::function<void(Stream, int)> on_lost_;
  std::function<void(StepIndex, Stream, std::string_view)> on_output_;
  std::function<std::string(std::string)> mask_;
  output::Console console_;
  std::unique_ptr<output::Renderer> renderer_;
  std::unique_ptr<output::Reporter> trace_;  ///< or none
  output::Listener* listener_;               ///< or none
  std::unique_ptr<Log> log_;
  Terminals terminals_;
  process::Supervisor supervisor_;
  std::unique_ptr<JobTokens> tokens_;
  std::unique_ptr<HostServices> services_;
};

}  // namespace dream::runtime
