#include "plan/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build_workspace.hpp"

namespace dream {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Plan, of_an_unknown_project_is_the_requested_step_alone) {
  const auto plan = make_plan(Workspace{}, request_of("./nowhere:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_THAT(ids(*plan), ElementsAre("./nowhere:dev"));
  EXPECT_FALSE(plan->steps.front().where.known());
}

TEST(Plan, has_the_dependencies_in_the_order_written_and_the_request_last) {
  Workspace workspace;
  depends(workspace, "./api:dev", {on("./database:start"), on("./auth"), on("./a")});
  const auto plan = make_plan(workspace, request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_THAT(ids(*plan), ElementsAre("./database:start", "./auth:dev", "./a:dev", "./api:dev"));
}

TEST(Plan, that_is_not_recursive_leaves_out_the_dependencies_of_dependencies) {
  Workspace workspace;
  depends(workspace, "./api:dev", {on("./auth")});
  depends(workspace, "./auth:dev", {on("./database")});
  const auto plan = make_plan(workspace, request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_FALSE(plan->recursive);
  EXPECT_THAT(ids(*plan), ElementsAre("./auth:dev", "./api:dev"));
}

TEST(Plan, that_is_recursive_goes_depth_first_in_the_order_written) {
  Workspace workspace;
  depends(workspace, "./app:test", {on("./b"), on("./a")});
  depends(workspace, "./a:test", {on("./c")});
  depends(workspace, "./b:test", {on("./e:build"), on("./d")});
  depends(workspace, "./e:build", {on("./f")});
  const auto plan = make_plan(workspace, recursive_request_of("./app:test"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_THAT(ids(*plan), ElementsAre("./f:build", "./e:build", "./d:test", "./b:test", "./c:test",
                                      "./a:test", "./app:test"));
}

TEST(Plan, is_recursive_when_a_rule_names_the_requested_project_and_task) {
  Workspace workspace;
  depends(workspace, "./core:test", {on("./a")});
  depends(workspace, "./a:test", {on("./b")});
  workspace.recursive.push_back({{}, "./core", {"build", "test"}});
  EXPECT_EQ(make_plan(workspace, request_of("./core:test"))->steps.size(), 3U);
  EXPECT_TRUE(make_plan(workspace, request_of("./core:test"))->recursive);
  EXPECT_FALSE(make_plan(workspace, request_of("./core:lint"))->recursive);
  EXPECT_FALSE(make_plan(workspace, request_of("./a:test"))->recursive);
}

TEST(Plan, follows_the_command_line_before_the_rules_about_recursion) {
  Workspace workspace;
  depends(workspace, "./core:test", {on("./a")});
  depends(workspace, "./a:test", {on("./b")});
  workspace.recursive.push_back({{}, "./core", {"test"}});
  Request request = request_of("./core:test");
  request.recursive = false;
  EXPECT_THAT(ids(*make_plan(workspace, request)), ElementsAre("./a:test", "./core:test"));
  workspace.recursive.clear();
  request.recursive = true;
  EXPECT_EQ(make_plan(workspace, request)->steps.size(), 3U);
}

TEST(Plan, lets_the_dependency_entry_beat_the_configuration) {
  Workspace workspace;
  workspace.tasks["dev"].async = true;
  workspace.tasks["dev"].delay = milliseconds(10);
  workspace.projects["./auth"].tasks["dev"].delay = milliseconds(20);
  Dependency entry = on("./auth", 42);
  entry.async = false;
  entry.required = false;
  depends(workspace, "./api:dev", {entry, on("./database")});
  entry.delay = milliseconds(30);
  depends(workspace, "./web:dev", {entry});

  const auto plan = make_plan(workspace, request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  const Step& auth = plan->steps[0];
  EXPECT_FALSE(auth.background);
  EXPECT_FALSE(auth.required);
  EXPECT_EQ(auth.delay, milliseconds(20));
  EXPECT_EQ(auth.where.value, 42U);
  EXPECT_TRUE(plan->steps[1].background);
  EXPECT_TRUE(plan->steps[1].required);
  EXPECT_EQ(make_plan(workspace, request_of("./web:dev"))->steps[0].delay, milliseconds(30));
}

TEST(Plan, keeps_a_service_in_the_background_whatever_the_entry_says) {
  Workspace workspace;
  workspace.projects["./database"].tasks["start"].service = true;
  Dependency entry = on("./database:start");
  entry.async = false;
  depends(workspace, "./api:dev", {entry});
  const auto plan = make_plan(workspace, request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_TRUE(plan->steps[0].background);
  EXPECT_TRUE(plan->steps[0].service);
}

TEST(Plan, treats_the_requested_step_as_no_service) {
  Workspace workspace;
  workspace.projects["./database"].tasks["start"].service = true;
  const auto plan = make_plan(workspace, request_of("./database:start"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_FALSE(plan->steps[0].service);
  EXPECT_TRUE(plan->steps[0].background);
}

TEST(Plan, has_a_step_once_where_and_as_it_was_first_mentioned) {
  Workspace workspace;
  Dependency first = on("./auth", 1);
  first.async = true;
  Dependency later = on("./auth", 2);
  later.delay = milliseconds(2000);
  Dependency last = on("./auth", 3);
  last.async = true;
  last.required = false;
  depends(workspace, "./api:dev", {first, on("./b"), later, last});

  const auto plan = make_plan(workspace, request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_THAT(ids(*plan), ElementsAre("./auth:dev", "./b:dev", "./api:dev"));
  EXPECT_TRUE(plan->steps[0].background);
  EXPECT_EQ(plan->steps[0].delay, Duration(0));
  ASSERT_EQ(plan->ignored.size(), 2U);
  EXPECT_EQ(plan->ignored[0].step, StepIndex{0});
  EXPECT_EQ(plan->ignored[0].where.value, 2U);
  EXPECT_EQ(plan->ignored[0].differences, "async false instead of true, delay 2000 ms instead of 0 ms");
  EXPECT_EQ(plan->ignored[1].differences, "required false instead of true");
}

TEST(Plan, says_nothing_of_a_later_mention_that_asks_for_the_same) {
  Workspace workspace;
  workspace.tasks["dev"].async = true;
  Dependency same = on("./auth");
  same.async = true;
  depends(workspace, "./api:dev", {on("./auth"), same});
  EXPECT_THAT(make_plan(workspace, request_of("./api:dev"))->ignored, IsEmpty());
}

TEST(Plan, lets_a_dependency_of_a_dependency_decide_when_it_comes_first) {
  Workspace workspace;
  Dependency from_auth = on("./database", 5);
  from_auth.async = true;
  depends(workspace, "./api:dev", {on("./auth", 1), on("./database", 2)});
  depends(workspace, "./auth:dev", {from_auth});
  const auto plan = make_plan(workspace, recursive_request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_THAT(ids(*plan), ElementsAre("./database:dev", "./auth:dev", "./api:dev"));
  EXPECT_TRUE(plan->steps[0].background);
  EXPECT_EQ(plan->steps[0].where.value, 5U);
  ASSERT_EQ(plan->ignored.size(), 1U);
  EXPECT_EQ(plan->ignored[0].where.value, 2U);
}

TEST(Plan, of_a_cycle_is_an_error_that_shows_the_whole_cycle) {
  Workspace workspace;
  depends(workspace, "./entry:test", {on("./a")});
  depends(workspace, "./a:test", {on("./b")});
  depends(workspace, "./b:test", {on("./c"), on("./a", 77)});
  const auto plan = make_plan(workspace, recursive_request_of("./entry:test"));
  ASSERT_TRUE(plan.has_error());
  EXPECT_EQ(plan.error().error.code, ErrorCode::plan);
  EXPECT_EQ(plan.error().error.message, "the dependencies form a cycle: ./a:test -> ./b:test -> ./a:test");
  EXPECT_EQ(plan.error().where.value, 77U);
}

TEST(Plan, of_a_step_that_names_itself_is_an_error_without_recursion_too) {
  Workspace workspace;
  depends(workspace, "./a:test", {on("./b"), on("./a", 9)});
  const auto plan = make_plan(workspace, request_of("./a:test"));
  ASSERT_TRUE(plan.has_error());
  EXPECT_EQ(plan.error().error.message, "the dependencies form a cycle: ./a:test -> ./a:test");
  EXPECT_EQ(plan.error().where.value, 9U);
}

TEST(Plan, does_not_see_a_cycle_that_it_does_not_follow) {
  Workspace workspace;
  depends(workspace, "./a:test", {on("./b")});
  depends(workspace, "./b:test", {on("./a")});
  EXPECT_TRUE(make_plan(workspace, request_of("./a:test")).has_value());
  EXPECT_TRUE(make_plan(workspace, recursive_request_of("./a:test")).has_error());
}

TEST(Plan, may_need_another_task_of_the_same_project) {
  Workspace workspace;
  depends(workspace, "./a:test", {on("./a:build")});
  EXPECT_THAT(ids(*make_plan(workspace, request_of("./a:test"))), ElementsAre("./a:build", "./a:test"));
}

TEST(Plan, takes_the_grace_of_the_command_line_for_every_step) {
  Workspace workspace;
  workspace.tasks["dev"].stop_grace = milliseconds(10);
  depends(workspace, "./api:dev", {on("./auth")});
  Request request = request_of("./api:dev");
  request.stop_grace = milliseconds(0);
  const auto plan = make_plan(workspace, request);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->steps[0].stop_grace, Duration(0));
  EXPECT_EQ(plan->steps[1].stop_grace, Duration(0));
}

TEST(Plan, hands_the_arguments_to_the_requested_step_alone) {
  Workspace workspace;
  depends(workspace, "./api:dev", {on("./auth")});
  Request request = request_of("./api:dev");
  request.arguments = {"--port", "80"};
  const auto plan = make_plan(workspace, request);
  ASSERT_TRUE(plan.has_value());
  EXPECT_THAT(plan->steps[0].arguments, IsEmpty());
  EXPECT_THAT(plan->steps[1].arguments, ElementsAre("--port", "80"));
}

Dependency waiting_for(WaitFor what, Dependency entry) {
  entry.wait_for = what;
  return entry;
}

/// ./db:dev is a service that can tell when it is ready.
Workspace with_database() {
  Workspace workspace;
  workspace.projects["./db"].tasks["dev"].service = true;
  workspace.projects["./db"].tasks["dev"].ready = Probes{PortProbe{{5432}}};
  return workspace;
}

TEST(WaitFor, is_ready_where_the_task_can_tell_and_else_started) {
  Workspace workspace = with_database();
  workspace.tasks["dev"].async = true;
  depends(workspace, "./api:dev", {on("./db"), on("./auth")});
  const auto plan = make_plan(workspace, request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_TRUE(plan->steps[0].releases_when_ready && plan->steps[0].ready_needed);
  EXPECT_EQ(plan->steps[0].ready_timeout, std::chrono::minutes(5));
  EXPECT_FALSE(plan->steps[1].releases_when_ready || plan->steps[1].ready_needed);
}

TEST(WaitFor, may_be_the_start_all_the_same) {
  Workspace workspace = with_database();
  depends(workspace, "./api:dev", {waiting_for(WaitFor::started, on("./db"))});
  const auto plan = make_plan(workspace, request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_FALSE(plan->steps[0].releases_when_ready || plan->steps[0].ready_needed);
  EXPECT_EQ(plan->steps[0].ready.size(), 1U);
}

TEST(WaitFor, is_nothing_to_a_step_in_front_or_to_the_requested_one) {
  Workspace workspace;
  workspace.tasks["dev"].ready = Probes{PortProbe{{1}}};
  depends(workspace, "./api:dev", {waiting_for(WaitFor::ready, on("./build"))});
  const auto plan = make_plan(workspace, request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  for (const Step& step : plan->steps) EXPECT_FALSE(step.releases_when_ready || step.ready_needed);
}

TEST(WaitFor, is_ready_of_what_a_step_in_front_keeps) {
  Workspace workspace;
  workspace.tasks["dev"].ready = Probes{PortProbe{{1}}};
  workspace.tasks["dev"].leftovers = Leftovers::keep;
  depends(workspace, "./api:dev", {on("./a"), waiting_for(WaitFor::started, on("./b"))});
  const auto plan = make_plan(workspace, request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_TRUE(plan->steps[0].ready_needed && !plan->steps[0].releases_when_ready);
  EXPECT_FALSE(plan->steps[1].ready_needed || plan->steps[2].ready_needed);
}

TEST(WaitFor, of_a_later_mention_counts_for_the_step_that_has_it) {
  Workspace workspace = with_database();
  depends(workspace, "./api:dev", {waiting_for(WaitFor::started, on("./db")), on("./a"), on("./b")});
  depends(workspace, "./b:dev", {on("./db"), on("./db")});
  const auto plan = make_plan(workspace, recursive_request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_THAT(ids(*plan), ElementsAre("./db:dev", "./a:dev", "./b:dev", "./api:dev"));
  EXPECT_FALSE(plan->steps[0].releases_when_ready);
  EXPECT_TRUE(plan->steps[0].ready_needed);
  EXPECT_THAT(plan->steps[1].after_ready, IsEmpty());
  EXPECT_THAT(plan->steps[2].after_ready, ElementsAre(StepIndex(0)));
  EXPECT_THAT(plan->steps[3].after_ready, IsEmpty());
}

TEST(WaitFor, ready_of_a_task_that_cannot_tell_is_an_error_with_its_place) {
  Workspace workspace;
  workspace.tasks["dev"].async = true;
  depends(workspace, "./api:dev", {waiting_for(WaitFor::ready, on("./db", 7))});
  const auto plan = make_plan(workspace, request_of("./api:dev"));
  ASSERT_FALSE(plan.has_value());
  EXPECT_EQ(plan.error().where.value, 7U);
  EXPECT_EQ(plan.error().error.message,
            "the dependency waits until ./db:dev is ready, but nothing tells when it is");
}

Dependency at_the_end(Dependency entry) {
  entry.finally = true;
  return entry;
}

TEST(Finally, stands_before_the_step_that_names_it_with_what_it_needs) {
  Workspace workspace;
  workspace.projects["./db"].tasks["dump"].timeout = std::chrono::seconds(3);
  depends(workspace, "./api:dev", {at_the_end(on("./db:dump")), on("./a")});
  depends(workspace, "./db:dump", {on("./tools:build")});
  const auto plan = make_plan(workspace, recursive_request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_THAT(ids(*plan), ElementsAre("./tools:build", "./db:dump", "./a:dev", "./api:dev"));
  EXPECT_TRUE(plan->steps[0].finally && plan->steps[1].finally);
  EXPECT_FALSE(plan->steps[2].finally || plan->steps[3].finally);
  EXPECT_EQ(plan->steps[0].timeout, std::chrono::seconds(30)) << "what ends a run doesn't last";
  EXPECT_EQ(plan->steps[1].timeout, std::chrono::seconds(3));
}

TEST(Finally, is_not_restarted_without_end) {
  Workspace workspace;
  workspace.projects["./db"].tasks["dump"].restart = Restart{.on = Restart::On::always, .max = 0};
  depends(workspace, "./api:dev", {at_the_end(on("./db:dump"))});
  const auto plan = make_plan(workspace, request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->steps[0].restart.max, 5U);
}

TEST(Finally, may_need_what_has_run_before) {
  Workspace workspace = with_database();
  depends(workspace, "./api:dev", {on("./db"), at_the_end(on("./db:dump")), at_the_end(on("./db:dump"))});
  depends(workspace, "./db:dump", {on("./db:dev")});
  const auto plan = make_plan(workspace, recursive_request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_THAT(ids(*plan), ElementsAre("./db:dev", "./db:dump", "./api:dev"));
  EXPECT_FALSE(plan->steps[0].finally);
  EXPECT_TRUE(plan->steps[1].finally);
}

TEST(Finally, is_not_needed_before) {
  for (const bool end_first : {false, true}) {
    Workspace workspace;
    std::vector<Dependency> entries{on("./db:dump", 5), at_the_end(on("./db:dump", 7))};
    if (end_first) std::swap(entries[0], entries[1]);
    depends(workspace, "./api:dev", entries);
    const auto plan = make_plan(workspace, request_of("./api:dev"));
    ASSERT_FALSE(plan.has_value());
    EXPECT_EQ(plan.error().error.message,
              R"(./db:dump runs at the end ("finally"), and is needed before it, too)");
    EXPECT_EQ(plan.error().where.value, end_first ? 5U : 7U);
    EXPECT_EQ(plan.error().also.value, end_first ? 7U : 5U);
  }
}

TEST(Finally, is_in_front_and_has_no_delay_whatever_the_settings_are_made_for) {
  const auto refuses = [](auto set, const char* misfit) {
    Workspace workspace;
    set(workspace.projects["./db"].tasks["dump"]);
    depends(workspace, "./api:dev", {at_the_end(on("./db:dump", 7))});
    const auto plan = make_plan(workspace, request_of("./api:dev"));
    ASSERT_FALSE(plan.has_value()) << misfit;
    EXPECT_EQ(plan.error().error.message,
              std::string("./db:dump runs at the end, in front, but has ") + misfit);
    EXPECT_EQ(plan.error().where.value, 7U);
  };
  refuses([](TaskSettings& task) { task.async = true; }, R"("async": true)");
  refuses([](TaskSettings& task) { task.service = true; }, R"("service": true)");
  refuses([](TaskSettings& task) { task.delay = std::chrono::seconds(1); }, R"("delay")");
}

TEST(RestartWith, belongs_to_the_entry_of_each_step) {
  Workspace workspace = with_database();
  Dependency entry = on("./db");
  entry.restart_with = true;
  depends(workspace, "./api:dev", {on("./a"), entry, on("./b")});
  depends(workspace, "./b:dev", {on("./db")});
  depends(workspace, "./a:dev", {entry});
  const auto plan = make_plan(workspace, recursive_request_of("./api:dev"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_THAT(ids(*plan), ElementsAre("./db:dev", "./a:dev", "./b:dev", "./api:dev"));
  EXPECT_THAT(plan->steps[1].restart_with, ElementsAre(StepIndex(0)));
  EXPECT_THAT(plan->steps[2].restart_with, IsEmpty());
  EXPECT_THAT(plan->steps[3].restart_with, ElementsAre(StepIndex(0)));
}

}  // namespace
}  // namespace dream
