#include "plugin/c_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace dream::plugin {
namespace {

TEST(CValues, a_struct_of_an_older_plugin_is_zero_where_it_ends) {
  dream_exit older{8, DREAM_EXIT_CODE, 77, {"beyond", 6}};
  const dream_exit copy = copy_of(&older);
  EXPECT_EQ(copy.kind, DREAM_EXIT_CODE);
  EXPECT_EQ(copy.value, 0);
  EXPECT_EQ(copy.text.size, 0U);
}

TEST(CValues, a_struct_of_a_newer_plugin_is_read_as_far_as_it_is_known) {
  struct Newer {
    dream_exit known;
    std::uint64_t more;
  };
  const Newer newer{{sizeof(Newer), DREAM_EXIT_CODE, 5, {}}, 1};
  EXPECT_EQ(copy_of(&newer.known).value, 5);
}

TEST(CValues, has_tells_how_far_a_struct_reaches) {
  dream_exit exit{};
  exit.size = 12;
  EXPECT_TRUE(DREAM_HAS(&exit, value));
  EXPECT_FALSE(DREAM_HAS(&exit, text));
}

TEST(CValues, codes_go_to_plugins_and_come_back) {
  for (const ErrorCode code : {ErrorCode::configuration, ErrorCode::not_found, ErrorCode::not_executable,
                               ErrorCode::unsupported, ErrorCode::internal, ErrorCode::io}) {
    EXPECT_EQ(error_code(status_of(code)), code);
  }
}

TEST(CValues, a_task_is_passed_on_whole) {
  TaskSpec task;
  task.name = "dev";
  task.command = std::vector<std::string>{"go", "run"};
  task.arguments = {"--port", "1"};
  task.directory = "/w/web";
  task.environment = std::make_shared<const std::vector<std::string>>(1, "A=1");
  task.own_environment = std::make_shared<const std::vector<std::string>>(1, "B=2");
  task.options_json = "{}";
  task.stop_signal = 2;
  task.stop_grace = std::chrono::milliseconds(1500);
  const TaskTable table(task, 7);
  const dream_task& wire = *table.get();
  EXPECT_EQ(wire.size, sizeof(dream_task));
  EXPECT_EQ(wire.flags, DREAM_TASK_PTY);
  EXPECT_EQ(wire.run, 7U);
  EXPECT_EQ(text_of(wire.name), "dev");
  EXPECT_EQ(wire.command_kind, DREAM_COMMAND_ARGV);
  EXPECT_EQ(texts_of(wire.command_argv), (std::vector<std::string>{"go", "run"}));
  EXPECT_EQ(texts_of(wire.arguments), task.arguments);
  EXPECT_EQ(text_of(wire.directory), "/w/web");
  EXPECT_EQ(texts_of(wire.environment), *task.environment);
  EXPECT_EQ(texts_of(wire.own_environment), *task.own_environment);
  EXPECT_EQ(wire.stop_signal, 2);
  EXPECT_EQ(wire.grace_ms, 1500U);

  task.command = "make x";
  task.pty = false;
  task.stop_signal.reset();
  EXPECT_EQ(wire.ready_limit_ms, 0U);
  task.tell_ready = true;
  task.ready_limit = std::chrono::seconds(2);
  task.ask_health = true;
  const TaskTable line(task, 8);
  EXPECT_EQ(line.get()->command_kind, DREAM_COMMAND_LINE);
  EXPECT_EQ(text_of(line.get()->command_line), "make x");
  EXPECT_EQ(line.get()->flags, DREAM_TASK_OWN_SIGNAL | DREAM_TASK_TELL_READY | DREAM_TASK_ASK_HEALTH);
  EXPECT_EQ(line.get()->stop_signal, 15);
  EXPECT_EQ(line.get()->ready_limit_ms, 2000U);
}

}  // namespace
}  // namespace dream::plugin
