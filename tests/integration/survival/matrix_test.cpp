// Every shape of processes that a task can leave running, and every way in which a run can end: nothing lives
// on, everybody is asked to end once, whoever cleans up can finish it, the exit code is right, nothing hangs.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <ostream>
#include <tuple>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"
#include "e2e/terminal.hpp"
#include "integration/survival/life_line.hpp"

namespace dream::survival {
namespace {

using e2e::DreamRun;
using e2e::Gate;
using e2e::host_of;
using e2e::Terminal;
using e2e::Workspace;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A shape of survivor.cpp.
struct Row {
  const char* name;
  std::size_t processes;
  std::size_t listeners;  ///< those that write down what signals they get
  bool obeys = true;      ///< ends when it is asked to
};
constexpr Row rows[] = {{"plain", 2, 2},        {"grandchild", 3, 3},     {"new_session", 3, 3},
                        {"daemon", 2, 2},       {"ignores", 3, 3, false}, {"stopped", 2, 2},
                        {"forks", 2, 1, false}, {"holds_pipe", 3, 3},     {"tree", 1000, 1000}};

class Cell;

/// A way in which a run ends.
struct Column {
  const char* name;
  void (*end)(Cell&);
  int exit_code;
  enum class Phase : unsigned char { graceful, forced_after_it, none } phase = Phase::graceful;
  int main_exits_with = 0;
  const char* last_task = "go";  ///< of the faulty executor, unless it is "go"
  bool on_terminal = false;
  bool is_heard = true;  ///< somebody still reads what dream and the tasks write
};

std::string configuration(const Row& row, const Column& column) {
  const bool lasts = column.phase == Column::Phase::forced_after_it;
  const std::string grace = row.obeys || lasts ? "3600000" : "1000";  // to write down what it got
  const std::string root = R"("], "stop": {"graceMs": )";
  const auto survivor = [](const std::string& arguments) {
    return R"({"tasks": {"go": {"command": "exec )" DREAM_SURVIVOR " $ROOT " + arguments + R"(", )";
  };
  const bool crashes = std::string(column.last_task) != "go";
  return R"({"workspace": {"./last": {")" + std::string(column.last_task) + R"(": [
      {"projectPath": "./row", "task": "go", "async": true},
      {"projectPath": "./tidy", "task": "go", "async": true},
      {"projectPath": "./main", "task": "go"}]}},
    "executors": {"faulty": {"plugin": ")" DREAM_FAULTY_PLUGIN R"("}},
    "projects": {
      "./row": )" +
         survivor(std::string(row.name) + (lasts ? " stays" : "")) + R"("stop": {"graceMs": )" + grace +
         R"(}}}},
      "./tidy": )" +
         survivor("tidies") + R"("service": true, "stop": {"graceMs": 3600000}}}},
      "./main": {"tasks": {"go": {"command": "echo main $$ > $ROOT/life; read go < $ROOT/ended; exit $CODE"}}},
      "./last": )" +
         (crashes ? R"({"executor": "faulty"})" : R"({"tasks": {"go": {"command": "true"}}})") + "}}";
}

/// The run of one cell, with all its processes up.
class Cell {
 public:
  Cell(const Row& row, const Column& column)
      : row_(row), workspace_(configuration(row, column)), life_(workspace_.root()) {
    for (const char* project : {"row", "tidy", "main", "last"})
      std::filesystem::create_directory(workspace_.root() / project);
    const e2e::Launch launch{.arguments = {column.last_task, "--trust"},
                             .folder = "last",
                             .environment = {{"CODE", std::to_string(column.main_exits_with)}}};
    if (column.on_terminal) {
      terminal_ = std::make_unique<Terminal>(workspace_, launch);
    } else {
      dream_ = std::make_unique<DreamRun>(workspace_, launch);
    }
    life_.await("main", 1);
    life_.await("tidy", 1);
    life_.await("up", row.processes);
    if (std::string(row.name) == "holds_pipe") hold_pipe();
  }
  ~Cell() { ::close(pipe_); }
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  [[nodiscard]] const Row& row() const { return row_; }
  [[nodiscard]] DreamRun& dream() { return *dream_; }
  [[nodiscard]] Terminal& terminal() { return *terminal_; }
  [[nodiscard]] LifeLine& life() { return life_; }
  [[nodiscard]] pid_t host() const { return host_of(dream_->pid()); }
  [[nodiscard]] const std::string& output() const { return dream_ ? dream_->out() : terminal_->screen(); }
  /// `at_once`: when dream has ended, nothing of the run may live any more.
  int exit_code(bool at_once) {
    if (dream_) return at_once ? dream_->exit_code() : dream_->exit_code_once_all_ended();
    return at_once ? terminal_->exit_code() : terminal_->exit_code_once_all_ended();
  }

  void end_root() const { exit_.open(); }
  void end_main() const { main_.open(); }
  void let_tidy_up() {
    life_.await("tidying", 1);
    tidied_.open();
  }
  /// Long enough ago for a signal to be another request.
  void await_all_asked() {
    life_.await("INT", row_.listeners + 1);
    if (dream_) dream_->await_err("waiting for ");
    if (terminal_) terminal_->await_screen("waiting for ");
  }

 private:
  /// Somebody who is no part of the run keeps the end of the task's output away for good.
  void hold_pipe() {
    const std::string path = "/proc/" + std::to_string(life_.who("up").back()) + "/fd/1";
    pipe_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    ASSERT_GE(pipe_, 0);
  }

  const Row& row_;
  Workspace workspace_;
  LifeLine life_;
  Gate exit_{workspace_, "exit"};
  Gate tidied_{workspace_, "tidied"};
  Gate main_{workspace_, "ended"};
  std::unique_ptr<DreamRun> dream_;  ///< this or the terminal
  std::unique_ptr<Terminal> terminal_;
  int pipe_ = -1;
};

void task_exits(Cell& cell) {
  cell.end_root();
  cell.end_main();
}

void main_ends(Cell& cell) {
  cell.end_main();
}

template <int signal>
void user_sends(Cell& cell) {
  cell.dream().send(signal);
}

void second_signal(Cell& cell) {
  cell.dream().send(SIGINT);
  cell.await_all_asked();
  cell.dream().send(SIGINT);
}

void ctrl_c(Cell& cell) {
  cell.terminal().type("\x03");
}

void second_ctrl_c(Cell& cell) {
  ctrl_c(cell);
  cell.await_all_asked();
  ctrl_c(cell);
}

/// The shell dies of it, and the kernel tells its foreground job.
void terminal_closes(Cell& cell) {
  cell.terminal().hang_up();
}

/// The shell tells its job before it dies: the job hears of one hang-up twice.
void shell_tells_of_closing_terminal(Cell& cell) {
  ::kill(-cell.terminal().pid(), SIGHUP);
  cell.life().await("tidying", 1);
  cell.terminal().hang_up();
}

void reader_goes_away(Cell& cell) {
  cell.dream().close_out();
}

template <int signal>
void host_gets(Cell& cell) {
  ::kill(cell.host(), signal);
}

void guardian_is_stopped_then_killed(Cell& cell) {
  cell.dream().send(SIGSTOP);
  cell.dream().send(SIGKILL);
}

void host_is_stopped_then_killed(Cell& cell) {
  const pid_t host = cell.host();
  ::kill(host, SIGSTOP);
  ::kill(host, SIGKILL);
}

/// As Ctrl-Z does, before somebody loses patience with the pid that he knows.
void both_are_stopped_then_guardian_killed(Cell& cell) {
  ::kill(cell.host(), SIGSTOP);
  cell.dream().send(SIGSTOP);
  cell.dream().send(SIGKILL);
}

using Phase = Column::Phase;
constexpr Column columns[] = {
    {"the_task_exits", task_exits, 0},
    {"a_required_step_fails", main_ends, 3, Phase::graceful, 3},
    {"int_to_dream_alone", user_sends<SIGINT>, 130},
    {"term_to_dream_alone", user_sends<SIGTERM>, 143},
    {"hup_to_dream_alone", user_sends<SIGHUP>, 129},
    {"a_second_signal", second_signal, 130, Phase::forced_after_it},
    {"ctrl_c_on_the_terminal", ctrl_c, 130, Phase::graceful, 0, "go", true},
    {"a_second_ctrl_c", second_ctrl_c, 130, Phase::forced_after_it, 0, "go", true},
    {"the_terminal_closes", terminal_closes, 129, Phase::graceful, 0, "go", true, false},
    {"the_shell_tells_of_the_closing_terminal", shell_tells_of_closing_terminal, 129, Phase::graceful, 0,
     "go", true, false},
    {"the_reader_of_stdout_goes_away", reader_goes_away, 141, Phase::graceful, 0, "go", false, false},
    {"the_guardian_is_killed", user_sends<SIGKILL>, 137, Phase::none},
    {"the_host_is_killed", host_gets<SIGKILL>, 137, Phase::none},
    {"the_host_aborts", host_gets<SIGABRT>, 70, Phase::none},
    {"a_plugin_segfaults", main_ends, 70, Phase::none, 0, "segv"},
    {"a_plugin_aborts", main_ends, 70, Phase::none, 0, "abort"},
    {"the_guardian_is_stopped_then_killed", guardian_is_stopped_then_killed, 137, Phase::none},
    {"the_host_is_stopped_then_killed", host_is_stopped_then_killed, 137, Phase::none},
    {"both_are_stopped_then_the_guardian_killed", both_are_stopped_then_guardian_killed, 137, Phase::none},
};

std::ostream& operator<<(std::ostream& stream, const Row& row) {
  return stream << row.name;
}
std::ostream& operator<<(std::ostream& stream, const Column& column) {
  return stream << column.name;
}

class Survival : public ::testing::TestWithParam<std::tuple<Row, Column>> {};

/// Nobody got a signal twice, nor another one besides, and nobody one that is not the stop signal.
void expect_signals_once(LifeLine& life) {
  EXPECT_THAT(life.who("HUP"), IsEmpty());
  std::map<pid_t, int> times;
  for (const char* signal : {"TERM", "INT"})
    for (const pid_t pid : life.who(signal)) EXPECT_EQ(++times[pid], 1) << pid << " was asked again";
}

TEST_P(Survival, nothing_lives_on) {
  const auto& [row, column] = GetParam();
  Cell cell(row, column);
  column.end(cell);
  const bool graceful = column.phase == Phase::graceful;
  if (graceful) cell.let_tidy_up();
  // When the guardian is gone the host still ends what there is; in all other cells it is done by then.
  EXPECT_EQ(cell.exit_code(graceful), column.exit_code) << cell.output();
  cell.life().await_end();
  expect_signals_once(cell.life());
  if (column.phase != Phase::none) {
    const std::size_t unasked = column.end == task_exits ? 1 : 0;  // the root
    EXPECT_EQ(cell.life().who("TERM").size() + cell.life().who("INT").size(), row.listeners + 1 - unasked);
  }
  EXPECT_EQ(cell.life().who("tidied").size(), graceful ? 1U : 0U);
  if (graceful && column.is_heard) {
    EXPECT_THAT(cell.output(), HasSubstr("tidied up"));
  }
}

INSTANTIATE_TEST_SUITE_P(Matrix, Survival,
                         ::testing::Combine(::testing::ValuesIn(rows), ::testing::ValuesIn(columns)),
                         [](const auto& cell) {
                           return std::string(std::get<0>(cell.param).name) + "_when_" +
                                  std::get<1>(cell.param).name;
                         });

}  // namespace
}  // namespace dream::survival
