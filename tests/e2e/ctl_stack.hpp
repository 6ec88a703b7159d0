#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
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

  Stack() : Stack(configuration) {}
  explicit Stack(std::string_view other) : Workspace(other), gate(*this, "gate"), nobody_(*this, "nobody") {
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

/// A client that dream knows nothing of.
class RawClient {
 public:
  explicit RawClient(const Stack& stack) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto path = std::filesystem::directory_iterator(stack.root() / "runtime/dream")->path();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.native().size());
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const timeval most{.tv_sec = 60, .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
  }
  void send(std::string_view text) const {
    EXPECT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  void ask_no_more() const { ::shutdown(socket_.get(), SHUT_WR); }
  /// One more line of what comes; empty: nothing more does.
  std::string line() {
    std::string line;
    for (char character = 0; ::recv(socket_.get(), &character, 1, 0) == 1 && character != '\n';)
      line += character;
    return line;
  }

 private:
  Descriptor socket_;
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
