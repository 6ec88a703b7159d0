#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"
#include "integration/survival/life_line.hpp"

/// Nothing lives on of a run that was left running by --detach, whatever ends it; and it outlives whoever
/// started it.
namespace dream::survival::detached {
namespace {

/// A shape of survivor.cpp.
struct Row {
  const char* name;
  std::size_t processes;
};
constexpr Row rows[] = {{"plain", 2}, {"new_session", 3}, {"daemon", 2}, {"stopped", 2}, {"tree", 1000}};

class LeftRunning;

struct End {
  const char* name;
  void (*end)(LeftRunning&);
  bool tidies = false;  ///< services have the time for it
};

std::string configuration(const Row& row) {
  const auto survivor = [](const std::string& arguments) {
    return R"({"tasks": {"go": {"service": true, "stop": {"grace": "1h"}, "command": "exec )" DREAM_SURVIVOR
           R"( $ROOT )" +
           arguments + "\"}}}";
  };
  return R"({"workspace": {"./last": {"go": ["./row", "./tidy"]}}, "projects": {"./row": )" +
         survivor(row.name) + R"(, "./tidy": )" + survivor("tidies") +
         R"(, "./last": {"tasks": {"go": {"command": "echo main $$ > $ROOT/life; read go < $ROOT/ended"}}}}})";
}

/// Everything of it is up, and the dream that started it has ended.
class LeftRunning {
 public:
  explicit LeftRunning(const Row& row) : workspace_(configuration(row)), life_(workspace_.root()) {
    for (const char* folder : {"row", "tidy", "last", "runtime", "state"})
      std::filesystem::create_directory(workspace_.root() / folder);
    ::chmod((workspace_.root() / "runtime").c_str(), 0700);
    e2e::DreamRun caller(workspace_, launch({"go", "--detach"}));
    EXPECT_EQ(caller.exit_code_beside_others(), 0) << caller.err();
    life_.await("main", 1);
    life_.await("tidy", 1);
    life_.await("up", row.processes);
    const std::string json = ctl({"ps", "--json"}).out;
    host_ = std::stoi(json.substr(json.find("\"pid\": ") + 7));
  }

  [[nodiscard]] LifeLine& life() { return life_; }
  [[nodiscard]] pid_t host() const { return host_; }
  [[nodiscard]] pid_t guardian() const {
    std::ifstream status("/proc/" + std::to_string(host_) + "/stat");
    std::string words((std::istreambuf_iterator<char>(status)), {});
    return std::stoi(words.substr(words.rfind(')') + 4));  // behind its name, and its state
  }
  [[nodiscard]] e2e::Launch launch(std::vector<std::string> words) const {
    return {.arguments = std::move(words),
            .folder = "last",
            .environment = {{"XDG_RUNTIME_DIR", (workspace_.root() / "runtime").string()},
                            {"XDG_STATE_HOME", (workspace_.root() / "state").string()}}};
  }
  [[nodiscard]] e2e::Finished ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), "ctl");
    e2e::DreamRun asked(workspace_, launch(std::move(words)));
    const int code = asked.exit_code_beside_others();
    return {code, asked.out(), asked.err()};
  }
  void let_tidy_up() {
    life_.await("tidying", 1);
    tidied_.open();
  }
  void take_down() {
    e2e::DreamRun down(workspace_, launch({"ctl", "down"}));
    let_tidy_up();
    EXPECT_EQ(down.exit_code_beside_others(), 0) << down.err();
  }

 private:
  e2e::Workspace workspace_;
  LifeLine life_;
  e2e::Gate tidied_{workspace_, "tidied"};
  e2e::Gate main_{workspace_, "ended"};
  pid_t host_ = 0;
};

void is_taken_down(LeftRunning& run) {
  run.take_down();
}

void is_taken_down_now(LeftRunning& run) {
  EXPECT_EQ(run.ctl({"down", "--now"}).code, 0);
}

void gets_a_signal(LeftRunning& run) {
  ::kill(run.guardian(), SIGTERM);
  run.let_tidy_up();
}

void loses_its_guardian(LeftRunning& run) {
  ::kill(run.guardian(), SIGKILL);
}

void loses_its_host(LeftRunning& run) {
  ::kill(run.host(), SIGKILL);
}

void is_stopped_and_then_killed(LeftRunning& run) {
  const pid_t guardian = run.guardian();
  ::kill(run.host(), SIGSTOP);
  ::kill(guardian, SIGSTOP);
  ::kill(guardian, SIGKILL);
}

constexpr End ends[] = {
    {"is_taken_down", is_taken_down, true}, {"is_taken_down_now", is_taken_down_now},
    {"gets_a_signal", gets_a_signal, true}, {"loses_its_guardian", loses_its_guardian},
    {"loses_its_host", loses_its_host},     {"is_stopped_and_then_killed", is_stopped_and_then_killed}};

std::ostream& operator<<(std::ostream& stream, const Row& row) {
  return stream << row.name;
}
std::ostream& operator<<(std::ostream& stream, const End& end) {
  return stream << end.name;
}

class Detached : public testing::TestWithParam<std::tuple<Row, End>> {};

TEST_P(Detached, run_leaves_nothing) {
  const auto& [row, end] = GetParam();
  LeftRunning run(row);
  end.end(run);
  run.life().await_end();
  EXPECT_TRUE(e2e::await_all_ended());
  if (end.tidies) {
    EXPECT_EQ(run.life().who("tidied").size(), 1U);
  }
  EXPECT_EQ(run.ctl({"ps"}).code, 3) << "no run goes on";
}

INSTANTIATE_TEST_SUITE_P(Matrix, Detached, testing::Combine(testing::ValuesIn(rows), testing::ValuesIn(ends)),
                         [](const auto& cell) {
                           return std::string(std::get<0>(cell.param).name) + "_when_it_" +
                                  std::get<1>(cell.param).name;
                         });

}  // namespace
}  // namespace dream::survival::detached
