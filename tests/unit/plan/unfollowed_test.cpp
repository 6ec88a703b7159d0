#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/plan.hpp"
#include "unit/plan/build_workspace.hpp"

/// What an entry says of a step that others have brought into the plan, as recursion hasn't followed it.
namespace dream {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// ./api:dev brings ./db, a service that can tell when it is ready, and after its start ./a and ./b.
Workspace with_started_database() {
  Workspace workspace;
  workspace.projects["./db"].tasks["dev"].service = true;
  workspace.projects["./db"].tasks["dev"].ready = Probes{PortProbe{{5432}}};
  Dependency started = on("./db");
  started.wait_for = WaitFor::started;
  depends(workspace, "./api:dev", {started, on("./a"), on("./b")});
  return workspace;
}

TEST(UnfollowedEntry, restarts_its_step_with_the_one_that_it_names) {
  Workspace workspace = with_started_database();
  Dependency entry = on("./db");
  entry.restart_with = true;
  depends(workspace, "./a:dev", {on("./db"), on("./gone")});
  depends(workspace, "./b:dev", {on("./gone"), entry});
  const auto plan = make_plan(workspace, request_of("./api:dev"));
  ASSERT_THAT(ids(*plan), ElementsAre("./db:dev", "./a:dev", "./b:dev", "./api:dev"));
  EXPECT_THAT(plan->steps[1].restart_with, IsEmpty());
  EXPECT_THAT(plan->steps[2].restart_with, ElementsAre(StepIndex(0)));
  EXPECT_THAT(plan->steps[2].needs, ElementsAre(StepIndex(0)));
}

TEST(UnfollowedEntry, lets_its_step_wait_until_the_other_is_ready_if_it_says_so) {
  Workspace workspace = with_started_database();
  Dependency entry = on("./db");
  entry.wait_for = WaitFor::ready;
  Dependency of_no_probe = on("./a");
  of_no_probe.wait_for = WaitFor::ready;
  depends(workspace, "./a:dev", {on("./db")});
  depends(workspace, "./b:dev", {entry, of_no_probe});
  const auto plan = make_plan(workspace, request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_TRUE(plan->steps[0].ready_needed && !plan->steps[0].releases_when_ready);
  EXPECT_THAT(plan->steps[1].after_ready, IsEmpty()) << "it says nothing, so the list decides";
  EXPECT_THAT(plan->steps[2].after_ready, ElementsAre(StepIndex(0)));
}

}  // namespace
}  // namespace dream
