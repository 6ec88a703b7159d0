#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/dream_run.hpp"

namespace dream::e2e {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(EndOfRun, waits_for_the_background_steps_and_names_them_once) {
  const Workspace workspace({{"a", "read go < $ROOT/gate", async, ""},
                             {"b", "read go < $ROOT/gate", async, ""},
                             {"d", "true", async, ""},
                             {"c", "read go < $ROOT/requested", "", ""}});
  const Gate gate(workspace, "gate");
  const Gate requested(workspace, "requested");
  DreamRun dream(workspace);
  dream.await_err("./d:go succeeded");
  requested.open();
  dream.await_err("waiting for ./a:go and ./b:go\n");
  gate.open();
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  const std::size_t first = dream.err().find("waiting for");
  EXPECT_EQ(dream.err().find("waiting for", first + 1), std::string::npos);
  EXPECT_THAT(dream.err(), HasSubstr("4 succeeded in"));
}

TEST(EndOfRun, without_background_steps_nothing_is_waited_for) {
  const Workspace workspace({{"a", "true", "", ""}, {"c", "true", "", ""}});
  EXPECT_THAT(run(workspace).err, Not(HasSubstr("waiting")));
}

TEST(EndOfRun, a_background_step_may_still_fail_the_run_at_its_end) {
  const Workspace workspace({{"a", "read go < $ROOT/gate; exit 6", async, ""}, {"c", "true", "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("waiting for ./a:go");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 6);
}

TEST(EndOfRun, a_service_is_terminated_once_all_others_have_ended) {
  const Workspace workspace(
      {{"a", std::string("trap 'echo a closes; exit 7' TERM; echo a serves; ") + until_a_trap_ends_it, "",
        service},
       {"b", "read go < $ROOT/gate_b", async, ""},
       {"c", "read go < $ROOT/gate_c", "", ""}});
  const Gate gate_b(workspace, "gate_b");
  const Gate gate_c(workspace, "gate_c");
  DreamRun dream(workspace);
  dream.await_out("a serves");
  gate_c.open();
  dream.await_err("waiting for ./b:go\n");
  EXPECT_THAT(dream.out(), Not(HasSubstr("a closes")));
  gate_b.open();
  EXPECT_EQ(dream.exit_code(), 0);  // its 7 is no failure
  EXPECT_THAT(dream.out(), HasSubstr("a closes"));
  EXPECT_THAT(dream.err(), ContainsRegex("./a:go +terminated .* no longer needed"));
}

TEST(EndOfRun, a_service_that_ends_by_itself_has_failed_even_with_0) {
  const Workspace workspace(
      {{"a", "read go < $ROOT/end", "", service}, {"c", "echo c runs; read go < $ROOT/gate", "", ""}});
  const Gate end(workspace, "end");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("c runs");
  end.open();
  EXPECT_EQ(dream.exit_code(), 1);
  EXPECT_THAT(dream.err(), HasSubstr("./a:go failed: exit code 0, a service should not end by itself"));
}

TEST(EndOfRun, an_optional_service_that_ends_is_passed_by) {
  const Workspace workspace({{"a", "read go < $ROOT/end; exit 3", R"("required": false)", service},
                             {"c", "echo c runs; read go < $ROOT/gate", "", ""}});
  const Gate end(workspace, "end");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("c runs");
  end.open();
  dream.await_err("./a:go failed: exit code 3, optional");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
}

TEST(EndOfRun, the_requested_step_is_waited_for_even_as_a_service) {
  const Workspace workspace(
      {{"a", "true", "", ""}, {"c", "echo c serves; read go < $ROOT/gate", "", service}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("c serves");
  dream.await_err("waiting for ./c:go");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.err(), HasSubstr("2 succeeded in"));
}

}  // namespace
}  // namespace dream::e2e
