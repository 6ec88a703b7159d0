#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "probe/kind.hpp"
#include "shared/command_end.hpp"

namespace dream::probe {

namespace {

using plugins::kept_output;
using plugins::not_executable;
using plugins::not_found;

/// The last line that says something.
std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  const std::size_t end = text.rfind('\n');
  return printable(text.substr(end == std::string_view::npos ? 0 : end + 1));
}

/// What is run, and what its end means.
class Command {
 public:
  explicit Command(const ExecProbe& probe) {
    if (const auto* line = std::get_if<std::string>(&probe.command)) {
      argv_ = {"/bin/sh", "-c", *line};
      name_ = in_quotes(*line);
    } else {
      argv_ = std::get<std::vector<std::string>>(probe.command);
      name_ = in_quotes(argv_.front());
    }
  }

  [[nodiscard]] const std::vector<std::string>& argv() const { return argv_; }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Finding judge(const CommandEnd& end) const {
    if (is_success(end.status)) return {};
    if (const auto* lost = std::get_if<Lost>(&end.status))
      return not_yet(fmt::format("{} can't be run: {}", name_, lost->reason));
    std::string what = fmt::format("{} ends with {}", name_, to_string(end.status));
    if (const std::string line = last_line(end.output); !line.empty()) what += ": " + line;
    const auto* exited = std::get_if<ExitedWith>(&end.status);
    if (exited != nullptr && (exited->code == not_found || exited->code == not_executable)) {
      const ErrorCode code = exited->code == not_found ? ErrorCode::not_found : ErrorCode::not_executable;
      return {
          Finding::Verdict::never,
          Error{code, "its probe can't be run: " + what, {}, "a tool that is missing won't come by waiting"},
          {}};
    }
    return not_yet(std::move(what));
  }
  [[nodiscard]] Finding too_late() const { return not_yet(fmt::format("{} takes longer than 5 s", name_)); }

 private:
  std::vector<std::string> argv_;
  std::string name_;
};

/// One try. Lives on while its command is being ended, when nobody asks any more.
struct Try {
  explicit Try(Clock& clock) : limit(clock.make_alarm()) {}

  std::unique_ptr<Clock::Alarm> limit;
  ChildId child{};
  bool late = false;
  std::string output;
  Kind::Found found;  ///< none: nobody asks any more

  void answer(Finding finding) {
    limit->cancel();
    std::exchange(found, nullptr)(std::move(finding));
  }
};

/// What both ways to run the command have in common.
class Exec : public Kind {
 public:
  Exec(const ExecProbe& probe, Subject subject) : subject_(std::move(subject)), command_(probe) {}

  [[nodiscard]] Pace pace() const override { return costly; }
  [[nodiscard]] std::string awaited() const override { return command_.name() + " hasn't ended yet"; }

 protected:
  void begin(Found found) {
    try_ = std::make_shared<Try>(subject_.clock);
    try_->found = std::move(found);
  }
  /// Calls `pass` when the try has taken too long, if somebody still asks.
  template <class Pass>
  void limit(Pass pass) {
    try_->limit->set(subject_.clock.now() + longest_try,
                     [one = try_.get(), pass = std::move(pass)] { pass(*one); });
  }
  /// Nobody asks any more. False: nobody did.
  bool drop() {
    if (!try_ || !try_->found) return false;
    try_->found = nullptr;
    try_->limit->cancel();
    return true;
  }

  Subject subject_;
  Command command_;
  std::shared_ptr<Try> try_;
};

/// A supervised tree on this machine.
class Here : public Exec {
 public:
  using Exec::Exec;
  ~Here() override {
    if (drop()) subject_.supervisor.terminate(try_->child, Urgency::force);
  }
  Here(const Here&) = delete;
  Here& operator=(const Here&) = delete;

  void look(Found found) override {
    begin(std::move(found));
    process::ChildSpec spec{
        .argv = command_.argv(), .directory = subject_.directory, .environment = subject_.environment};
    spec.takes_signals = false;
    spec.on_output = [one = try_](Stream, std::string_view bytes) {
      one->output.append(bytes.substr(bytes.size() - std::min(bytes.size(), kept_output)));
      if (one->output.size() > kept_output) one->output.erase(0, one->output.size() - kept_output);
      return true;
    };
    spec.on_end = [this, one = try_](const ExitStatus& status) {
      if (one->found) one->answer(one->late ? command_.too_late() : command_.judge({status, one->output}));
    };
    const Result<ChildId> started = subject_.supervisor.start(std::move(spec));
    if (!started) {
      const Error& error = started.error();
      const bool never = error.code == ErrorCode::not_found || error.code == ErrorCode::not_executable;
      try_->answer(never ? Finding{Finding::Verdict::never, error, {}} : not_yet(error.message));
      return;
    }
    try_->child = *started;
    limit([&supervisor = subject_.supervisor](Try& one) {
      one.late = true;
      supervisor.terminate(one.child, Urgency::force);
    });
  }
};

/// A command where the step lives. What takes too long there is only waited for no longer.
class Inside : public Exec {
 public:
  using Exec::Exec;
  ~Inside() override { drop(); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  void look(Found found) override {
    begin(std::move(found));
    const Result<void> begun =
        subject_.inside(command_.argv(), longest_try, [this, one = try_](const CommandEnd& end) {
          if (one->found) one->answer(command_.judge(end));
        });
    if (!begun) {
      try_->answer({Finding::Verdict::never, begun.error(), {}});
      return;
    }
    limit([this](Try& one) { one.answer(command_.too_late()); });
  }
};

}  // namespace

std::unique_ptr<Kind> make(const ExecProbe& probe, const Subject& subject) {
  if (subject.inside) return std::make_unique<Inside>(probe, subject);
  return std::make_unique<Here>(probe, subject);
}

}  // namespace dream::probe
