#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "process/supervisor.hpp"
#include "support/temporary_folder.hpp"

namespace dream::process {

/// Nothing that is waited for takes so long.
inline constexpr Duration long_time = std::chrono::hours(1);

/// A process that this test commands (actor.cpp).
class Actor {
 public:
  explicit Actor(int connection);
  Actor(Actor&& other) noexcept;
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;
  ~Actor();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Gives a command, and doesn't wait.
  void tell(const std::string& command) const;
  /// The next answer; empty when the process is gone.
  std::string answer() const;
  /// Gives a command and waits for its answer.
  std::string ask(const std::string& command) const;
  /// How often it got a signal that it was told to count.
  [[nodiscard]] int counted(int signal) const;
  /// A duplicate of its standard output; the caller's.
  [[nodiscard]] int take_output() const;
  /// Waits until it has ended.
  void await_end() const;

 private:
  int connection_;
  pid_t pid_ = 0;
};

/// A supervised child, as its owner sees it.
struct Watched {
  ChildId id{};
  std::string out;
  std::string err;
  bool hold = false;  ///< takes what comes, and asks for no more
  int calls = 0;      ///< of on_output
  int ends = 0;
  std::optional<ExitStatus> status;
  /// Called before on_output and on_end return.
  std::function<void(Watched&)> on_output;
  std::function<void(Watched&)> on_end;
};

/// A supervisor, a place where actors report, and a check that nothing is left in the end.
class ProcessTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// A child's spec that fills `run`; the environment is this program's.
  ChildSpec spec(Watched& run, std::vector<std::string> argv);
  Watched& add_run() { return runs_.emplace_back(); }
  /// Starts a program that is expected to start.
  Watched& start(std::vector<std::string> argv, const std::function<void(ChildSpec&)>& change = {});
  /// Starts an actor.
  std::pair<Watched*, Actor> start_actor(const std::function<void(ChildSpec&)>& change = {});
  std::string actor_path() const;
  std::string stage_path() const { return folder_ / "stage"; }

  /// The next actor that reports.
  [[nodiscard]] Actor next_actor() const;
  [[nodiscard]] Actor fork(const Actor& parent) const;
  [[nodiscard]] Actor daemon(const Actor& parent) const;

  /// Lets the loop run until `done`.
  void run_until(const std::function<bool()>& done);
  ExitStatus run_to_end(Watched& run);
  void kill(Watched& run) { supervisor_->terminate(run.id, Urgency::force); }
  void ask_to_end(Watched& run) { supervisor_->terminate(run.id, Urgency::graceful); }

  /// Whether this process has no descendants any more, not even dead ones.
  static bool nothing_below();
  static std::vector<int> open_descriptors();

  boost::asio::io_context context_{1};
  std::optional<Supervisor> supervisor_;
  TemporaryFolder temporary_;
  std::filesystem::path folder_ = temporary_.path();

 private:
  int listener_ = -1;
  std::list<Watched> runs_;
};

/// "0\n1\n…", as actors print it.
std::string numbers(long count);

}  // namespace dream::process
