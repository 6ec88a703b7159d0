#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "build_workspace.hpp"

/// Plans that are no list.
namespace dream {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Dependency background(Dependency entry) {
  entry.async = true;
  return entry;
}

Dependency by_manifest(const std::string& task = {}) {
  Dependency entry;
  entry.by_manifest = true;
  entry.task = task;
  return entry;
}

Workspace with_groups() {
  Workspace workspace;
  workspace.has_groups = true;
  return workspace;
}

Plan plan_of_group(const Workspace& workspace, Request request, Manifests* manifests = nullptr) {
  if (request.jobs == 1) request.jobs = 4;
  auto plan = make_plan(workspace, request, manifests);
  EXPECT_TRUE(plan.has_value()) << (plan ? "" : plan.error().error.message);
  return plan ? std::move(*plan) : Plan{};
}

/// All that a step waits for, through every barrier.
std::vector<std::string> waits_for(const Plan& plan, const std::string& step) {
  const auto found = std::ranges::find(plan.steps, id(step), &Step::id);
  std::vector<std::string> names;
  for (std::optional<BarrierIndex> at = found->after; at; at = plan.barriers[position(*at)].after)
    for (const StepIndex before : plan.barriers[position(*at)].steps)
      names.push_back(to_string(plan.steps[position(before)].id));
  return names;
}

std::vector<std::string> needs(const Plan& plan, const std::string& step) {
  std::vector<std::string> names;
  for (const StepIndex needed : std::ranges::find(plan.steps, id(step), &Step::id)->needs)
    names.push_back(to_string(plan.steps[position(needed)].id));
  return names;
}

/// What manifests name, by project; and which tasks projects lack.
class KnownManifests : public Manifests {
 public:
  using Needed = std::map<std::string, std::vector<std::string>>;
  explicit KnownManifests(Needed needed, std::set<std::string> lacking = {})
      : needed_(std::move(needed)), lacking_(std::move(lacking)) {}
  Result<std::vector<std::string>> needed(const std::string& project, const std::string& task) override {
    std::vector<std::string> all = needed_[project];
    std::erase_if(all, [&](const std::string& other) { return lacks_task(other, task); });
    return all;
  }
  bool lacks_task(const std::string& project, const std::string& task) override {
    return lacking_.contains(project + ":" + task);
  }

 private:
  Needed needed_;
  std::set<std::string> lacking_;
};

TEST(GroupPlan, lets_members_wait_for_nobody_and_the_next_entry_for_all_of_them) {
  Workspace workspace = with_groups();
  depends(workspace, "./app:build", {on("./a"), joining(on("./b")), joining(on("./c")), on("./report")});
  const Plan plan = plan_of_group(workspace, request_of("./app:build"));
  EXPECT_FALSE(plan.is_list);
  EXPECT_EQ(plan.jobs, 4U);
  EXPECT_TRUE(plan.shares_front);
  EXPECT_THAT(ids(plan), ElementsAre("./a:build", "./b:build", "./c:build", "./report:build", "./app:build"));
  EXPECT_THAT(waits_for(plan, "./b:build"), IsEmpty());
  EXPECT_THAT(waits_for(plan, "./report:build"), ElementsAre("./a:build", "./b:build", "./c:build"));
  EXPECT_THAT(waits_for(plan, "./app:build"), ElementsAre("./report:build"));
}

TEST(GroupPlan, with_one_job_or_without_a_group_is_a_list) {
  Workspace workspace = with_groups();
  depends(workspace, "./app:build", {on("./a"), joining(on("./b"))});
  depends(workspace, "./web:build", {on("./a"), on("./b")});
  Request request = request_of("./app:build");
  const auto one_job = make_plan(workspace, request);
  EXPECT_TRUE(one_job->is_list);
  EXPECT_THAT(one_job->barriers, IsEmpty());
  EXPECT_FALSE(one_job->steps.back().after.has_value());
  const Plan no_group = plan_of_group(workspace, request_of("./web:build"));
  EXPECT_TRUE(no_group.is_list);
  EXPECT_EQ(no_group.jobs, 1U);
}

TEST(GroupPlan, puts_what_an_entry_brings_behind_the_groups_before_that_entry) {
  Workspace workspace = with_groups();
  depends(workspace, "./app:test", {on("./a"), joining(on("./b")), on("./c")});
  depends(workspace, "./b:test", {on("./d")});
  depends(workspace, "./c:test", {on("./e")});
  const Plan plan = plan_of_group(workspace, recursive_request_of("./app:test"));
  EXPECT_THAT(waits_for(plan, "./d:test"), IsEmpty());
  EXPECT_THAT(waits_for(plan, "./b:test"), ElementsAre("./d:test"));
  EXPECT_THAT(waits_for(plan, "./e:test"), ElementsAre("./a:test", "./b:test"));
  EXPECT_THAT(waits_for(plan, "./c:test"), ElementsAre("./e:test"));
}

TEST(GroupPlan, lets_whoever_names_a_step_again_wait_for_it_and_for_its_own_turn) {
  Workspace workspace = with_groups();
  depends(workspace, "./app:test", {on("./a"), on("./b"), joining(on("./c"))});
  depends(workspace, "./b:test", {on("./shared")});
  depends(workspace, "./c:test", {on("./shared")});
  const Plan plan = plan_of_group(workspace, recursive_request_of("./app:test"));
  EXPECT_THAT(ids(plan), ElementsAre("./a:test", "./shared:test", "./b:test", "./c:test", "./app:test"));
  EXPECT_THAT(waits_for(plan, "./c:test"), ElementsAre("./shared:test", "./a:test"));
}

TEST(GroupPlan, lets_each_step_wait_for_what_its_own_entry_says) {
  Workspace workspace = with_groups();
  workspace.projects["./db"].tasks["dev"].service = true;
  workspace.projects["./db"].tasks["dev"].ready = Probes{PortProbe{{5432}}};
  depends(workspace, "./app:dev", {on("./a"), joining(on("./b"))});
  depends(workspace, "./a:dev", {on("./db")});
  Dependency start_is_enough = on("./db");
  start_is_enough.wait_for = WaitFor::started;
  depends(workspace, "./b:dev", {start_is_enough});
  const Plan plan = plan_of_group(workspace, recursive_request_of("./app:dev"));
  ASSERT_THAT(ids(plan), ElementsAre("./db:dev", "./a:dev", "./b:dev", "./app:dev"));
  EXPECT_THAT(plan.barriers[position(*plan.steps[1].after)].steps, ElementsAre(StepIndex(0)));
  const Barrier& of_b = plan.barriers[position(*plan.steps[2].after)];
  EXPECT_THAT(of_b.until_start, ElementsAre(StepIndex(0)));
  EXPECT_THAT(of_b.steps, IsEmpty());
}

TEST(GroupPlan, of_a_task_that_is_one_group_has_its_background_first_and_its_end_last) {
  Workspace workspace = with_groups();
  workspace.tasks["build"].group = true;
  Dependency at_the_end = on("./down:build");
  at_the_end.finally = true;
  depends(workspace, "./app:build", {on("./a"), at_the_end, background(on("./db:start")), on("./b")});
  const Plan plan = plan_of_group(workspace, request_of("./app:build"));
  EXPECT_THAT(ids(plan), ElementsAre("./db:start", "./a:build", "./b:build", "./down:build", "./app:build"));
  EXPECT_THAT(waits_for(plan, "./b:build"), ElementsAre("./db:start"));
  EXPECT_THAT(waits_for(plan, "./app:build"), ElementsAre("./a:build", "./b:build"));
}

TEST(GroupPlan, refuses_a_group_within_a_task_that_is_one) {
  Workspace workspace = with_groups();
  workspace.tasks["build"].group = true;
  depends(workspace, "./app:build", {on("./a"), joining(on("./b", 7))});
  const auto plan = make_plan(workspace, request_of("./app:build"));
  ASSERT_TRUE(plan.has_error());
  EXPECT_EQ(plan.error().where.value, 7U);
}

TEST(GroupPlan, tells_what_a_step_needs_beyond_what_the_plan_follows) {
  Workspace workspace;
  depends(workspace, "./app:test", {on("./core"), on("./lib"), on("./web")});
  depends(workspace, "./web:test", {on("./lib"), on("./between")});
  depends(workspace, "./between:test", {on("./core")});
  Request request = request_of("./app:test");
  EXPECT_THAT(needs(plan_of_group(workspace, request), "./web:test"), ElementsAre("./lib:test"));
  request.keep_going = true;
  const Plan plan = plan_of_group(workspace, request);
  EXPECT_THAT(needs(plan, "./web:test"), UnorderedElementsAre("./lib:test", "./core:test"));
  EXPECT_THAT(needs(plan, "./lib:test"), IsEmpty());
  EXPECT_THAT(needs(plan, "./app:test"), ElementsAre("./core:test", "./lib:test", "./web:test"));
}

TEST(SeveralRequests, are_one_group_each_with_its_own_dependencies) {
  Workspace workspace;
  depends(workspace, "./a:test", {on("./db:start"), on("./lib:build")});
  depends(workspace, "./b:test", {on("./db:start")});
  depends(workspace, "./lib:build", {on("./base:build")});
  Request request = request_of("./a:test");
  request.ids.push_back(id("./b:test"));
  const Plan plan = plan_of_group(workspace, request);
  EXPECT_THAT(ids(plan), ElementsAre("./db:start", "./lib:build", "./a:test", "./b:test"));
  EXPECT_THAT(waits_for(plan, "./b:test"), ElementsAre("./db:start"));
  EXPECT_TRUE(plan.steps[2].requested && plan.steps[3].requested);
  EXPECT_FALSE(plan.steps[0].requested);
}

TEST(SeveralRequests, decide_about_recursion_each_for_itself) {
  Workspace workspace;
  depends(workspace, "./a:test", {on("./lib:build")});
  depends(workspace, "./b:test", {on("./lib:build"), on("./x")});
  depends(workspace, "./lib:build", {on("./base:build")});
  depends(workspace, "./x:test", {on("./y")});
  workspace.recursive.push_back({{}, "./[ab]", {"lint"}});
  workspace.recursive.push_back({{}, "./a*", {"*"}});
  Request request;
  request.ids = {id("./b:test"), id("./a:test")};
  const Plan plan = plan_of_group(workspace, request);
  EXPECT_THAT(ids(plan), ElementsAre("./base:build", "./lib:build", "./x:test", "./b:test", "./a:test"));
}

TEST(SeveralRequests, of_which_one_uses_the_other_take_its_attributes_from_the_entry) {
  Workspace workspace;
  workspace.tasks["start"].service = true;
  depends(workspace, "./api:dev", {background(on("./db:dev")), on("./cache:start")});
  Request request;
  request.ids = {id("./db:dev"), id("./cache:start"), id("./api:dev")};
  const Plan plan = plan_of_group(workspace, request);
  EXPECT_THAT(ids(plan), ElementsAre("./db:dev", "./cache:start", "./api:dev"));
  EXPECT_TRUE(plan.steps[0].background);
  EXPECT_FALSE(plan.steps[1].service) << "it is requested, so it is waited for";
  EXPECT_TRUE(plan.steps[1].background);
  EXPECT_THAT(plan.ignored, IsEmpty());
}

TEST(WorkspaceGlobs, give_every_project_without_a_key_of_its_own_their_entries_in_order) {
  Workspace workspace;
  const auto glob = [&](const std::string& pattern, std::vector<Dependency> entries) {
    workspace.dependency_globs.push_back({pattern, {{"test", {{}, std::move(entries)}}}});
  };
  glob("./packages/*", {on("./tools:build"), on("./packages/core")});
  glob("./packages/w*", {on("./db:start"), on("./tools:build")});
  depends(workspace, "./packages/own:build", {on("./x")});
  EXPECT_THAT(ids(plan_of_group(workspace, request_of("./packages/web:test"))),
              ElementsAre("./tools:build", "./packages/core:test", "./db:start", "./packages/web:test"));
  EXPECT_THAT(ids(plan_of_group(workspace, request_of("./packages/core:test"))),
              ElementsAre("./tools:build", "./packages/core:test"))
      << "nobody waits for itself";
  EXPECT_THAT(ids(plan_of_group(workspace, request_of("./packages/own:test"))),
              ElementsAre("./packages/own:test"));
}

TEST(GraphRule, stands_for_a_group_of_what_the_manifest_names_and_is_always_followed) {
  Workspace workspace = with_groups();
  for (const char* project : {"./app", "./a", "./b", "./core"})
    depends(workspace, project + std::string(":build"), {by_manifest(), on("./tools:gen")});
  KnownManifests manifests(
      KnownManifests::Needed{{"./app", {"./a", "./b"}}, {"./a", {"./core"}}, {"./b", {"./core"}}});
  const Plan plan = plan_of_group(workspace, request_of("./app:build"), &manifests);
  EXPECT_THAT(ids(plan), ElementsAre("./core:build", "./a:build", "./b:build", "./tools:gen", "./app:build"));
  EXPECT_THAT(waits_for(plan, "./b:build"), ElementsAre("./core:build"));
  EXPECT_THAT(waits_for(plan, "./tools:gen"), ElementsAre("./a:build", "./b:build"));
}

TEST(GraphRule, may_name_another_task_and_stand_in_a_group) {
  Workspace workspace = with_groups();
  depends(workspace, "./app:test", {by_manifest("build"), joining(on("./db:start")), on("./x")});
  KnownManifests manifests(KnownManifests::Needed{{"./app", {"./a"}}});
  const Plan plan = plan_of_group(workspace, request_of("./app:test"), &manifests);
  EXPECT_THAT(waits_for(plan, "./x:test"), ElementsAre("./a:build", "./db:start"));
  KnownManifests empty{KnownManifests::Needed()};
  const Plan without = plan_of_group(workspace, request_of("./app:test"), &empty);
  EXPECT_TRUE(without.is_list) << "what is left of the group is one step";
  EXPECT_THAT(ids(without), ElementsAre("./db:start", "./x:test", "./app:test"));
}

TEST(GraphRule, is_followed_by_what_was_mentioned_before_too) {
  Workspace workspace = with_groups();
  depends(workspace, "./app:build", {on("./lib"), by_manifest()});
  depends(workspace, "./lib:build", {by_manifest(), on("./tools:gen")});
  KnownManifests manifests(KnownManifests::Needed{{"./app", {"./lib"}}, {"./lib", {"./core"}}});
  const Plan plan = plan_of_group(workspace, request_of("./app:build"), &manifests);
  EXPECT_THAT(ids(plan), ElementsAre("./core:build", "./lib:build", "./app:build"));
  EXPECT_THAT(needs(plan, "./lib:build"), ElementsAre("./core:build")) << "once";
}

TEST(GraphRule, that_nobody_can_read_is_no_error_where_it_is_not_followed) {
  Workspace workspace = with_groups();
  depends(workspace, "./app:test", {on("./db")});
  depends(workspace, "./db:test", {by_manifest()});
  EXPECT_THAT(ids(plan_of_group(workspace, request_of("./app:test"))),
              ElementsAre("./db:test", "./app:test"));
}

TEST(GraphRule, that_nobody_can_read_is_an_error) {
  Workspace workspace = with_groups();
  Dependency entry = by_manifest();
  entry.where = {5};
  depends(workspace, "./app:test", {entry});
  const auto plan = make_plan(workspace, request_of("./app:test"));
  ASSERT_TRUE(plan.has_error());
  EXPECT_EQ(plan.error().where.value, 5U);
}

/// ":gen", by a pattern.
Dependency own(const std::string& task) {
  return on(":" + task);
}

void pattern(Workspace& workspace, const std::string& task, std::vector<Dependency> entries) {
  if (workspace.dependency_globs.empty()) workspace.dependency_globs.push_back({"./p/*", {}});
  workspace.dependency_globs.back().tasks[task].entries = std::move(entries);
}

TEST(OwnTask, of_a_pattern_is_that_of_each_project_once) {
  Workspace workspace = with_groups();
  pattern(workspace, "build", {own("gen"), by_manifest()});
  pattern(workspace, "gen", {own("setup")});
  pattern(workspace, "test", {own("build"), own("setup")});
  KnownManifests manifests(KnownManifests::Needed{{"./p/a", {"./p/b"}}});
  EXPECT_THAT(ids(plan_of_group(workspace, request_of("./p/a:build"), &manifests)),
              ElementsAre("./p/a:gen", "./p/b:build", "./p/a:build"))
      << "not recursive: only \"^\" is followed on";
  EXPECT_THAT(ids(plan_of_group(workspace, recursive_request_of("./p/a:test"), &manifests)),
              ElementsAre("./p/a:setup", "./p/a:gen", "./p/b:setup", "./p/b:gen", "./p/b:build",
                          "./p/a:build", "./p/a:test"));
  EXPECT_THAT(ids(plan_of_group(workspace, recursive_request_of("./p/a:gen"))),
              ElementsAre("./p/a:setup", "./p/a:gen"))
      << "nobody is there who could tell that one is lacking";
}

TEST(OwnTask, that_a_project_lacks_is_replaced_by_what_that_would_need) {
  Workspace workspace = with_groups();
  pattern(workspace, "build", {own("gen"), on("./tools:pack")});
  pattern(workspace, "gen", {own("setup"), by_manifest()});
  pattern(workspace, "setup", {on("./db"), on("./net"), own("build")});
  KnownManifests manifests({{"./p/a", {"./p/b"}}}, {"./p/a:gen", "./p/a:setup"});
  EXPECT_THAT(ids(plan_of_group(workspace, request_of("./p/a:build"), &manifests)),
              ElementsAre("./db:setup", "./net:setup", "./p/b:gen", "./tools:pack", "./p/a:build"));
  KnownManifests bare({}, {"./p/a:gen", "./p/a:setup"});
  pattern(workspace, "setup", {own("gen")});
  EXPECT_THAT(ids(plan_of_group(workspace, request_of("./p/a:build"), &bare)),
              ElementsAre("./tools:pack", "./p/a:build"))
      << "those that lack each other end somewhere";
}

TEST(OwnTask, that_a_project_lacks_leaves_its_group_together) {
  Workspace workspace = with_groups();
  pattern(workspace, "build", {own("gen"), joining(on("./x:y")), on("./last:one")});
  KnownManifests manifests({}, {"./p/a:gen"});
  EXPECT_THAT(waits_for(plan_of_group(workspace, request_of("./p/a:build"), &manifests), "./x:y"),
              ElementsAre());
  pattern(workspace, "gen", {on("./db:up"), on("./net:up")});
  const Plan plan = plan_of_group(workspace, request_of("./p/a:build"), &manifests);
  EXPECT_THAT(waits_for(plan, "./last:one"), ElementsAre("./db:up", "./net:up", "./x:y"));
  EXPECT_THAT(waits_for(plan, "./x:y"), ElementsAre());
  pattern(workspace, "build", {on("./x:y"), joining(own("gen"))});
  EXPECT_THAT(waits_for(plan_of_group(workspace, request_of("./p/a:build"), &manifests), "./net:up"),
              ElementsAre());
  pattern(workspace, "build", {own("gen"), on("./last:one")});
  EXPECT_TRUE(plan_of_group(workspace, request_of("./p/a:build"), &manifests).is_list);
}

TEST(OwnTask, that_a_project_lacks_may_have_a_group_where_all_are_one) {
  Workspace workspace = with_groups();
  workspace.tasks["build"].group = true;
  pattern(workspace, "build", {own("gen"), on("./c:x")});
  pattern(workspace, "gen", {on("./a:x"), joining(on("./b:x"))});
  KnownManifests manifests({}, {"./p/a:gen"});
  const Plan plan = plan_of_group(workspace, request_of("./p/a:build"), &manifests);
  EXPECT_THAT(waits_for(plan, "./p/a:build"), ElementsAre("./a:x", "./b:x", "./c:x"));
}

TEST(OwnTask, at_the_end_of_a_run_is_none_where_it_is_lacking) {
  Workspace workspace = with_groups();
  Dependency last = own("down");
  last.finally = true;
  pattern(workspace, "test", {last});
  pattern(workspace, "down", {on("./db:stop")});
  KnownManifests manifests({}, {"./p/a:down"});
  EXPECT_THAT(ids(plan_of_group(workspace, request_of("./p/a:test"), &manifests)), ElementsAre("./p/a:test"));
  EXPECT_THAT(ids(plan_of_group(workspace, request_of("./p/b:test"), &manifests)),
              ElementsAre("./p/b:down", "./p/b:test"));
}

}  // namespace
}  // namespace dream
