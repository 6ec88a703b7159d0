#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "e2e/dream_run.hpp"

namespace dream::e2e {

/// ./c:dev behind ./a:start, which becomes ready when a line comes through the fifo `gate`.
class Stack : public Workspace {
 public:
  static constexpr std::string_view configuration =
      R"({"workspace": {"./c": {"dev": [{"projectPath": "./a", "task": "start"}]}}, "projects": {
          "./a": {"tasks": {"start": {"service": true, "ready": {"log": "open"},
            "command": "echo begun; read word < $ROOT/gate; echo open; read word < $ROOT/nobody"}}},
          "./c": {"tasks": {"dev": {"command": "echo c runs; read word < $ROOT/nobody"}}}}})";

  Stack() : Workspace(configuration), gate(*this, "gate"), nobody_(*this, "nobody") {
    std::filesystem::create_directory(root() / "runtime");
    ::chmod((root() / "runtime").c_str(), 0700);
  }

  [[nodiscard]] Launch launch(std::vector<std::string> arguments) const {
    return {.arguments = std::move(arguments),
            .folder = "c",
            .environment = {{"XDG_RUNTIME_DIR", (root() / "runtime").string()}}};
  }
  /// Asked beside a run: what it starts is left alone.
  [[nodiscard]] Finished ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), "ctl");
    DreamRun asked(*this, launch(std::move(words)));
    const int code = asked.exit_code_beside_others();
    return {code, asked.out(), asked.err()};
  }

  Gate gate;

 private:
  Gate nobody_;
};

/// A run that has begun, and listens.
class Ctl : public testing::Test {
 protected:
  Ctl() { dream.await_out("begun\n"); }
  void TearDown() override {
    if (!over) dream.send(SIGTERM);
    EXPECT_EQ(dream.exit_code_once_all_ended(), over ? 0 : 128 + SIGTERM) << dream.err();
    EXPECT_TRUE(std::filesystem::is_empty(stack.root() / "runtime/dream"));
  }
  void open() {
    stack.gate.open();
    dream.await_out("c runs\n");
  }

  Stack stack;
  DreamRun dream{stack, stack.launch({"dev"})};
  bool over = false;
};

}  // namespace dream::e2e
