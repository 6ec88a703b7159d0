#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <sstream>

#include "e2e/dream_run.hpp"

/// What `dream help COMMAND` shows can be typed.
namespace dream::e2e {
namespace {

using ::testing::HasSubstr;

namespace fs = std::filesystem;

std::string task(const std::string& name, const std::string& command, const std::string& more = {}) {
  return "\"" + name + R"(": {"command": ")" + command + "\"" + more + "}";
}

/// Has all that the examples name, in the folder "here": tasks, projects, files, and a run that goes on.
class Here : public Workspace {
 public:
  Here() : Workspace("{}"), gate_(*this, "nobody") {
    const auto project = [](const std::string& name, const std::string& task_name,
                            const std::string& more = {}) {
      const std::string waits = "echo " + task_name + " of " + name + "; read word < $ROOT/nobody";
      return ", \"./" + name + R"(": {"tasks": {)" + task(task_name, waits, R"(, "service": true)" + more) +
             "}}";
    };
    write(
        "here/dream.json",
        R"({"workspace": {"./": {"stack": [["./services/api:dev", "./db:start", "./worker:dev", "./mailer:dev", "./web:console"]]}},
          "projects": {"./": {"tasks": {)" +
            task("dev", "echo dev") + ", " + task("build", "echo build") + ", " + task("test", "echo test") +
            R"(, "stack": {"command": null, "service": true}}})" + project("services/api", "dev") +
            project("db", "start", R"(, "ready": {"log": "start of db"})") + project("worker", "dev") +
            project("mailer", "dev") + project("web", "console", R"(, "interactive": true)") + "}}");
    for (const char* name : {"services/api", "db", "worker", "mailer", "web", "build"})
      fs::create_directories(root() / "here" / name);
    write("here/package.json", R"({"scripts": {"test": "true"}})");
    write("theirs/dream.json", "{}");
    for (const char* name : {"here/build", "here/tools", "theirs/tools"}) {
      fs::create_directories(root() / name);
      fs::copy_file(DREAM_LEAVING_PLUGIN, root() / name / "libdream_acme.so");
    }
    script("bin/jq", "exec /usr/bin/jq --unbuffered \"$@\"");  // what it has read is waited for
    write("new/compose.yaml", "services: {a: {image: busybox}}");
  }

  /// Unless one goes on.
  void start_run() {
    if (run_ && run_->lives()) return;
    run_ = std::make_unique<DreamRun>(
        *this, Launch{.arguments = {"stack", "-o", "raw", "-j", "8"}, .folder = "here"});
    for (const char* step :
         {"dev of services/api", "start of db", "dev of worker", "dev of mailer", "console of web"})
      run_->await_out(step);
  }
  /// Those that follow a run end with it.
  void end_run() {
    run_->send(SIGTERM);
    await_end_of_run();
  }
  void await_end_of_run() { run_->exit_code_beside_others(); }

 private:
  Gate gate_;
  std::unique_ptr<DreamRun> run_;
};

/// The lines between this heading and the next empty one, without their indent.
std::vector<std::string> lines_below(const std::string& heading, const std::string& text) {
  std::istringstream lines(text.substr(std::min(text.find(heading), text.size())));
  std::vector<std::string> found;
  std::string line;
  for (std::getline(lines, line); std::getline(lines, line) && !line.empty();)
    if (line.size() > 2 && line[2] != ' ') found.push_back(line.substr(2));
  return found;
}

std::string first_word(const std::string& line) {
  return line.substr(0, line.find(' '));
}

struct Example {
  std::string command;
  std::string line;
};

std::vector<Example> all_examples(const Workspace& workspace) {
  const auto help = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "help");
    return run(workspace, {.arguments = std::move(words)}).out;
  };
  std::vector<Example> examples;
  const auto add = [&](const std::string& command, const std::string& text) {
    for (const std::string& line : lines_below("Examples:", text)) examples.push_back({command, line});
  };
  for (const std::string& row : lines_below("Commands:", help({}))) {
    const std::string command = first_word(row);
    const std::string text = help({command});
    add(command, text);
    for (const std::string& member : lines_below("Commands:", text)) {
      const std::string second = first_word(member.substr(member.find(' ') + 1));
      add(command + " " + second, help({command, second}));
    }
  }
  return examples;
}

TEST(Help, has_examples_that_can_be_typed) {
  Here here;
  const std::string path = (here.root() / "bin:").string() + fs::path(DREAM_BINARY).parent_path().string() +
                           ":/usr/local/bin:/usr/bin:/bin";
  const auto type = [&](const std::string& line, const std::string& folder) {
    const bool is_fish = line.find("| source") != std::string::npos;
    return Launch{.arguments = is_fish ? std::vector<std::string>{"--no-config", "-c", line}
                                       : std::vector<std::string>{"-o", "pipefail", "-c", line},
                  .folder = folder,
                  .environment = {{"PATH", path}},
                  .program = is_fish ? "/usr/bin/fish" : "/bin/bash"};
  };
  for (int record = 0; record < 2; ++record)
    ASSERT_EQ(run(here, {.arguments = {"build", "--record"}, .folder = "here"}).code, 0);

  int count = 0;
  for (const Example& example : all_examples(here)) {
    SCOPED_TRACE(example.line);
    ++count;
    if (example.command.starts_with("ctl")) here.start_run();
    const bool stops = example.command == "ctl stop";  // what runs, and what is held is started
    if (stops || example.command == "ctl start")
      for (const char* step : {"./worker", "./mailer"})
        DreamRun(here, {.arguments = {"ctl", stops ? "start" : "stop", step}, .folder = "here"})
            .exit_code_beside_others();
    DreamRun typed(here, type(example.line, example.command == "init" ? "new" : "here"));
    const bool follows = example.line.find(" -f") != std::string::npos || example.line.ends_with("--look");
    if (follows) {
      typed.await_more_out();
      here.end_run();
    }
    const int code = typed.exit_code_beside_others();
    if (example.line.starts_with("dream ctl compare 5f0c")) {
      EXPECT_THAT(typed.err(), HasSubstr("5f0c")) << "nobody has these records";
    } else if (example.line.starts_with("dream plugin check ./build")) {
      EXPECT_THAT(typed.out(), HasSubstr("1 fail")) << "the id of this copy isn't acme";
    } else {
      EXPECT_EQ(code, 0) << typed.out() << typed.err();
      EXPECT_EQ(("\n" + typed.out()).find("\nnull\n"), std::string::npos) << "jq finds no such member";
    }
    if (example.command == "ctl down") here.await_end_of_run();
    if (example.command == "init") fs::remove(here.root() / "new/dream.json");
  }
  EXPECT_GE(count, 50);
  here.start_run();
  here.end_run();
}

}  // namespace
}  // namespace dream::e2e
