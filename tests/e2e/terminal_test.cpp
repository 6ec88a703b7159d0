#include "e2e/terminal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace dream::e2e {
namespace {

using ::testing::HasSubstr;

const Launch go{.arguments = {"go"}, .folder = "c", .environment = {{"NO_COLOR", "1"}}};

TEST(Terminal, ctrl_c_stops_the_run) {
  const Workspace workspace(
      {{"a", "echo up; read go < $ROOT/gate", async, ""}, {"c", "read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go);
  terminal.await_screen("a | up");
  terminal.type("\x03");
  EXPECT_EQ(terminal.exit_code(), 130);
  EXPECT_EQ(terminal.foreground_group(), terminal.pid());
}

TEST(Terminal, nothing_survives_when_it_closes) {
  const Workspace workspace(
      {{"a", "echo up; read go < $ROOT/gate", async, ""}, {"c", "read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go);
  terminal.await_screen("a | up");
  terminal.hang_up();
  EXPECT_EQ(terminal.exit_code_once_all_ended(), 129);
}

TEST(Terminal, ctrl_z_stops_the_job_and_fg_continues_it) {
  const Workspace workspace(
      {{"a", "echo up; read go < $ROOT/gate", async, ""}, {"c", "read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go);
  terminal.await_screen("a | up");
  terminal.type("\x1a");
  terminal.await_stopped();
  terminal.continue_job();
  gate.open();
  gate.open();
  EXPECT_EQ(terminal.exit_code(), 0);
}

}  // namespace
}  // namespace dream::e2e
