#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "build_workspace.hpp"
#include "plan/ports.hpp"

/// Profiles and ports of a plan, and the order of its end.
namespace dream {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

void set_profiles(Workspace& workspace, const std::string& step, std::vector<std::string> profiles) {
  const StepId named = id(step);
  workspace.projects[named.project].tasks[named.task].profiles = std::move(profiles);
}

Plan plan_for(const Workspace& workspace, const Request& request) {
  auto plan = make_plan(workspace, request);
  EXPECT_TRUE(plan.has_value()) << (plan ? "" : plan.error().error.message);
  return plan ? std::move(*plan) : Plan{};
}

/// ./up:x needs ./a and ./b, which has profile p and alone needs ./c.
Workspace with_profile() {
  Workspace workspace;
  depends(workspace, "./up:x", {on("./a"), on("./b", 7)});
  depends(workspace, "./b:x", {on("./c")});
  set_profiles(workspace, "./b:x", {"p", "q"});
  return workspace;
}

TEST(Profiles, leave_out_what_is_not_asked_for_with_what_only_it_brings) {
  const Plan plan = plan_for(with_profile(), recursive_request_of("./up:x"));
  EXPECT_THAT(ids(plan), ElementsAre("./a:x", "./up:x"));
  ASSERT_EQ(plan.left_out.size(), 1U);
  EXPECT_EQ(to_string(plan.left_out[0].id), "./b:x");
  EXPECT_THAT(plan.left_out[0].profiles, ElementsAre("p", "q"));
  EXPECT_EQ(plan.left_out[0].where.value, 7U);
}

TEST(Profiles, are_asked_for_by_name_by_a_star_and_by_the_step_itself) {
  for (const char* asked : {"p", "q", "*"}) {
    Request request = recursive_request_of("./up:x");
    request.profiles = {"other", asked};
    EXPECT_THAT(ids(plan_for(with_profile(), request)), ElementsAre("./a:x", "./c:x", "./b:x", "./up:x"))
        << asked;
  }
  EXPECT_THAT(ids(plan_for(with_profile(), request_of("./b:x"))), ElementsAre("./c:x", "./b:x"));
  Request both = recursive_request_of("./up:x");
  both.ids.push_back(id("./b:x"));
  EXPECT_THAT(ids(plan_for(with_profile(), both)), ElementsAre("./a:x", "./c:x", "./b:x", "./up:x"));
}

TEST(Profiles, leave_a_group_its_other_members) {
  Workspace workspace = with_profile();
  workspace.has_groups = true;
  depends(workspace, "./up:x", {on("./a"), on("./b"), joining(on("./d")), joining(on("./e")), on("./f")});
  Request request = recursive_request_of("./up:x");
  request.jobs = 4;
  const Plan plan = plan_for(workspace, request);
  EXPECT_THAT(ids(plan), ElementsAre("./a:x", "./d:x", "./e:x", "./f:x", "./up:x"));
  ASSERT_EQ(plan.barriers.size(), 3U);
  EXPECT_THAT(plan.barriers[1].steps, ElementsAre(StepIndex(1), StepIndex(2)));
}

TEST(Profiles, are_told_once_and_need_nobody_when_the_run_keeps_going) {
  Workspace workspace = with_profile();
  depends(workspace, "./a:x", {on("./b")});
  Request request = request_of("./up:x");
  request.keep_going = true;
  const Plan plan = plan_for(workspace, request);
  EXPECT_EQ(plan.left_out.size(), 1U);
  EXPECT_THAT(ids(plan), ElementsAre("./a:x", "./up:x"));
}

TEST(StopOrder, is_that_of_the_workspace_unless_there_is_no_grace) {
  Workspace workspace;
  Request request = request_of("./a:x");
  EXPECT_EQ(plan_for(workspace, request).stop_order, StopOrder::reverse);
  request.stop_grace = Duration(0);
  EXPECT_EQ(plan_for(workspace, request).stop_order, StopOrder::all);
  request.stop_grace = Duration(1);
  workspace.stop_order = StopOrder::all;
  EXPECT_EQ(plan_for(workspace, request).stop_order, StopOrder::all);
}

TEST(Gathering, has_nothing_of_what_its_name_gives_to_others) {
  Workspace workspace;
  TaskSettings& by_name = workspace.tasks["up"];
  by_name.timeout = std::chrono::seconds(1);
  by_name.restart = Restart{.on = Restart::On::always};
  by_name.ready = Probes{PortProbe{{80}}};
  by_name.command = Command("by name");
  TaskSettings& own = workspace.projects["./a"].tasks["up"];
  own.command.emplace();
  own.service = true;
  const Step step = settings_of_step(workspace, id("./a:up"));
  EXPECT_TRUE(step.gathers && step.lasts && step.background);
  EXPECT_FALSE(step.command || step.timeout);
  EXPECT_THAT(step.ready, IsEmpty());
  EXPECT_EQ(step.restart.on, Restart::On::no);
  EXPECT_FALSE(settings_of_step(workspace, id("./b:up")).gathers);
}

Plan with_ports() {
  Plan plan;
  for (const char* name : {"./a:dev", "./b:dev"}) {
    Step& step = plan.steps.emplace_back();
    step.id = id(name);
    step.ports = {{"PORT", static_cast<std::uint16_t>(plan.steps.size() == 1 ? 3000 : 4000), {}}};
  }
  return plan;
}

TEST(PortsOfPlan, stand_for_their_names_in_variables_words_and_probes) {
  Plan plan = with_ports();
  Step& step = plan.steps[1];
  step.env = {{"URL", "http://x:{port:PORT}/{port:./a:dev:PORT}"}};
  step.command = std::vector<std::string>{"serve", "{port:PORT}", "{port:9}"};
  step.ready = {
      PortProbe{.ports = {4000, 5000}, .names = {"PORT"}}, TcpProbe{"h", 0, "./a:dev:PORT"},
      HttpProbe{.url = ":{port:PORT}/", .port_name = "PORT", .headers = {{"Host", "x:{port:PORT}"}}},
      LogProbe{"on {port:PORT}"}, FileProbe{"{port:PORT}.sock"}};
  step.health = Health{.probe = TcpProbe{"h", 4000}};
  ASSERT_TRUE(plan::set_ports(plan, 100));
  EXPECT_THAT(step.env, ElementsAre(std::pair("URL", "http://x:4100/3100"), std::pair("PORT", "4100")));
  EXPECT_EQ(*step.command, Command(std::vector<std::string>{"serve", "4100", "{port:9}"}));
  EXPECT_EQ(step.ready[0], Probe(PortProbe{.ports = {4100, 5000, 4100}}));
  EXPECT_EQ(step.ready[1], Probe(TcpProbe{"h", 3100}));
  EXPECT_EQ(std::get<HttpProbe>(step.ready[2]).port, 4100);
  EXPECT_EQ(std::get<HttpProbe>(step.ready[2]).url, ":4100/");
  EXPECT_THAT(std::get<HttpProbe>(step.ready[2]).headers, ElementsAre(std::pair("Host", "x:4100")));
  EXPECT_EQ(step.ready[3], Probe(LogProbe{"on 4100"}));
  EXPECT_EQ(step.ready[4], Probe(FileProbe{"4100.sock"}));
  EXPECT_EQ(step.health->probe, Probe(TcpProbe{"h", 4100}));
}

TEST(PortsOfPlan, move_in_the_urls_of_probes_too) {
  for (const auto& [before, after] :
       std::vector<std::pair<std::string, std::string>>{{":4000/x:4000", ":4100/x:4000"},
                                                        {"http://a:4000?q", "http://a:4100?q"},
                                                        {"http://[::4000]:4000", "http://[::4000]:4100"}}) {
    Plan plan = with_ports();
    plan.steps[1].ready = {HttpProbe{.url = before, .port = 4000}};
    ASSERT_TRUE(plan::set_ports(plan, 100));
    EXPECT_EQ(std::get<HttpProbe>(plan.steps[1].ready[0]).url, after);
  }
}

TEST(PortsOfPlan, are_no_names_where_there_are_none) {
  Plan plan;
  plan.steps.resize(1);
  plan.steps[0].env = {{"X", "{port:PORT} {port:"}};
  ASSERT_TRUE(plan::set_ports(plan));
  EXPECT_EQ(plan.steps[0].env[0].second, "{port:PORT} {port:");
}

TEST(PortsOfPlan, that_nobody_has_are_refused) {
  const std::pair<const char*, const char*> cases[] = {
      {"{port:OTHER}", "./a:dev: no port is called"},
      {"{port:./a:dev:OTHER}", "./a:dev: no port is called"},
      {"{port:./c:dev:PORT}", "./a:dev: {port:./c:dev:PORT} is of a step that this run doesn't have"}};
  for (const auto& [text, message] : cases) {
    Plan plan = with_ports();
    plan.steps[0].env = {{"X", text}};
    const Result<void> set = plan::set_ports(plan);
    ASSERT_FALSE(set) << text;
    EXPECT_THAT(set.error().message, HasSubstr(message));
  }
}

TEST(PortsOfPlan, are_one_steps_at_a_time) {
  Plan plan = with_ports();
  plan.steps[1].ports[0].number = 3000;
  EXPECT_TRUE(plan::check_ports(plan));
  plan.steps[0].background = true;
  EXPECT_FALSE(plan::check_ports(plan));
  plan.steps[0].background = false;
  plan.is_list = false;
  EXPECT_FALSE(plan::check_ports(plan));
  plan.steps.insert(plan.steps.begin() + 1, Step());
  plan.barriers = {{{StepIndex(0)}, {}}, {{StepIndex(1)}, {}}};
  plan.steps[1].after = BarrierIndex(0);
  plan.steps[2].after = BarrierIndex(1);
  EXPECT_TRUE(plan::check_ports(plan)) << "one has ended before what the other waits for begins";
  plan.steps[0].background = true;
  EXPECT_FALSE(plan::check_ports(plan));
}

}  // namespace
}  // namespace dream
