#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <optional>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "probe/kind.hpp"

namespace dream::probe {

namespace {

constexpr std::size_t kept_output = 4096;
constexpr int not_executable = 126;
constexpr int not_found = 127;

/// The last line that says something.
std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  const std::size_t end = text.rfind('\n');
  return printable(text.substr(end == std::string_view::npos ? 0 : end + 1));
}

/// One try: a supervised tree. Lives on while that is being ended, when nobody asks any more.
struct Try {
  explicit Try(boost::asio::io_context& context) : limit(context) {}

  boost::asio::steady_timer limit;
  ChildId child{};
  bool late = false;
  std::string output;
  Kind::Found found;  ///< none: nobody asks any more
};

class Exec : public Kind {
 public:
  Exec(const ExecProbe& probe, const Subject& subject) : subject_(subject) {
    if (const auto* line = std::get_if<std::string>(&probe.command)) {
      argv_ = {"/bin/sh", "-c", *line};
      name_ = *line;
    } else {
      argv_ = std::get<std::vector<std::string>>(probe.command);
      name_ = argv_.front();
    }
  }

  ~Exec() override {
    if (!try_ || !try_->found) return;
    try_->found = nullptr;
    try_->limit.cancel();
    subject_.supervisor.terminate(try_->child, Urgency::force);
  }
  Exec(const Exec&) = delete;
  Exec& operator=(const Exec&) = delete;

  void look(Found found) override {
    try_ = std::make_shared<Try>(subject_.context);
    try_->found = std::move(found);
    process::ChildSpec spec{
        .argv = argv_, .directory = subject_.directory, .environment = subject_.environment};
    spec.on_output = [one = try_](Stream, std::string_view bytes) {
      one->output.append(bytes.substr(bytes.size() - std::min(bytes.size(), kept_output)));
      if (one->output.size() > kept_output) one->output.erase(0, one->output.size() - kept_output);
      return true;
    };
    spec.on_end = [this, one = try_](const ExitStatus& status) {
      one->limit.cancel();
      if (one->found) std::exchange(one->found, nullptr)(judge(*one, status));
    };
    const Result<ChildId> started = subject_.supervisor.start(std::move(spec));
    if (!started) {
      const Error& error = started.error();
      const bool never = error.code == ErrorCode::not_found || error.code == ErrorCode::not_executable;
      std::exchange(try_->found,
                    nullptr)(never ? Finding{Finding::Verdict::never, error, {}} : not_yet(error.message));
      return;
    }
    try_->child = *started;
    try_->limit.expires_after(longest_try);
    try_->limit.async_wait([one = try_, &supervisor = subject_.supervisor](const auto& error) {
      if (error || !one->found) return;
      one->late = true;
      supervisor.terminate(one->child, Urgency::force);
    });
  }

  [[nodiscard]] Pace pace() const override { return slow; }

 private:
  [[nodiscard]] Finding judge(const Try& one, const ExitStatus& status) const {
    if (one.late) return not_yet(fmt::format("{} takes longer than 5 s", in_quotes(name_)));
    if (is_success(status)) return {};
    std::string what = fmt::format("{} ends with {}", in_quotes(name_), to_string(status));
    if (const std::string line = last_line(one.output); !line.empty()) what += ": " + line;
    const auto* exited = std::get_if<ExitedWith>(&status);
    if (exited != nullptr && (exited->code == not_found || exited->code == not_executable)) {
      const ErrorCode code = exited->code == not_found ? ErrorCode::not_found : ErrorCode::not_executable;
      return {
          Finding::Verdict::never,
          Error{code, "its probe can't be run: " + what, {}, "a tool that is missing won't come by waiting"},
          {}};
    }
    return not_yet(std::move(what));
  }

  Subject subject_;
  std::vector<std::string> argv_;
  std::string name_;
  std::shared_ptr<Try> try_;
};

}  // namespace

std::unique_ptr<Kind> make(const ExecProbe& probe, const Subject& subject) {
  return std::make_unique<Exec>(probe, subject);
}

}  // namespace dream::probe
