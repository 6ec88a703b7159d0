#include "suggest/suggestion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.hpp"

/// What to suggest, from what was seen.
namespace dream::suggest {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A step in the background with a delay of 2 s, then the requested one.
Plan plan_of_two() {
  Plan plan;
  plan.steps.resize(2);
  plan.steps[0].id = {"./db", "start"};
  plan.steps[0].background = true;
  plan.steps[0].delay = milliseconds(2000);
  plan.steps[1].id = {"./api", "dev"};
  return plan;
}

Suggestion suggestion_of(Seen seen) {
  const std::vector<StepIndex> steps{StepIndex(0)};
  const std::vector<Seen> all{std::move(seen), {}};
  return suggestions(plan_of_two(), steps, all).front();
}

Seen running() {
  Seen seen;
  seen.course = Seen::Course::stopped;
  seen.ran = milliseconds(5000);
  seen.is_here = true;
  return seen;
}

Seen with_lines(std::initializer_list<std::pair<const char*, int>> lines) {
  Seen seen = running();
  for (const auto& [text, after] : lines) seen.lines.push_back({text, milliseconds(after)});
  return seen;
}

std::string log_of(const Suggestion& suggestion) {
  const auto* log = suggestion.ready ? std::get_if<LogProbe>(&*suggestion.ready) : nullptr;
  return log == nullptr ? "" : log->text;
}

TEST(Suggestion, prefers_the_port_to_a_line) {
  Seen seen = with_lines({{"ready", 10}});
  seen.ports = {{5432, milliseconds(310)}};
  const Suggestion suggestion = suggestion_of(seen);
  EXPECT_EQ(suggestion.ready, Probe(PortProbe{{5432}}));
  EXPECT_EQ(suggestion.after, milliseconds(310));
  EXPECT_EQ(suggestion.doubt, "");
  EXPECT_EQ(suggestion.why, "listens on port 5432");
}

TEST(Suggestion, names_a_port_that_the_step_has_a_name_for) {
  Plan plan = plan_of_two();
  plan.steps[0].ports = {{"PORT", 13456, {}}};
  Seen seen = running();
  seen.ports = {{13456, milliseconds(100)}, {9229, milliseconds(100)}};
  const std::vector<StepIndex> steps{StepIndex(0)};
  const std::vector<Suggestion> both = suggestions(plan, steps, std::vector<Seen>{seen, {}});
  EXPECT_EQ(probe_json(*both.front().ready), R"({ "port": ["PORT", 9229] })");
  seen.ports.pop_back();
  const std::vector<Suggestion> one = suggestions(plan, steps, std::vector<Seen>{seen, {}});
  EXPECT_EQ(probe_json(*one.front().ready), R"({ "port": "PORT" })");
  EXPECT_EQ(one.front().why, "listens on port 13456");
}

TEST(Suggestion, takes_all_ports_of_the_start_and_none_that_came_later_or_went) {
  Seen seen = running();
  seen.ports = {{9229, milliseconds(50)},
                {4000, milliseconds(60), false, false},
                {3000, milliseconds(900)},
                {3001, milliseconds(4000)}};
  const Suggestion suggestion = suggestion_of(seen);
  EXPECT_EQ(suggestion.ready, Probe(PortProbe{{3000, 9229}}));
  EXPECT_EQ(suggestion.after, milliseconds(900));
}

TEST(Suggestion, is_not_sure_of_a_port_that_the_kernel_may_have_picked) {
  Seen seen = running();
  seen.ports = {{41234, milliseconds(50), true}};
  const Suggestion alone = suggestion_of(seen);
  EXPECT_EQ(alone.ready, Probe(PortProbe{{41234}}));
  EXPECT_NE(alone.doubt, "");
  EXPECT_THAT(alone.doubt, HasSubstr("may be another one the next time"));
  seen.ports.push_back({8080, milliseconds(70)});
  const Suggestion beside = suggestion_of(seen);
  EXPECT_EQ(beside.ready, Probe(PortProbe{{8080}}));
  EXPECT_EQ(beside.doubt, "");
}

TEST(Suggestion, finds_the_line_that_tells_of_readiness) {
  const Suggestion suggestion = suggestion_of(with_lines({{"> vite dev", 10},
                                                          {"Already up to date", 15},
                                                          {"the cache is not ready", 20},
                                                          {"server started", 30},
                                                          {"  VITE v5.4.1  ready in 312 ms", 312},
                                                          {"ready to serve more", 400}}));
  EXPECT_EQ(log_of(suggestion), "ready in");
  EXPECT_EQ(suggestion.after, milliseconds(312));
  EXPECT_EQ(suggestion.doubt, "");
}

TEST(Suggestion, takes_more_of_the_line_where_an_earlier_one_has_the_same_words) {
  const Suggestion suggestion =
      suggestion_of(with_lines({{"waiting until it is not ready", 5}, {"db7 is ready now", 20}, {"x", 30}}));
  EXPECT_EQ(log_of(suggestion), "is ready now");
  const Suggestion same = suggestion_of(with_lines({{"[1] unready", 5}, {"[2] ready [3] done", 20}}));
  EXPECT_EQ(log_of(same), "ready*done");
  EXPECT_EQ(same.after, milliseconds(20));
}

TEST(Suggestion, leaves_out_what_differs_from_run_to_run) {
  EXPECT_EQ(log_of(suggestion_of(with_lines({{"[12:00:01] pid=17 listening on :::8080 *now*", 5}}))),
            "listening on");
  EXPECT_EQ(log_of(suggestion_of(with_lines({{"*** Ready. ***", 5}}))), R"(\*\*\* Ready. \*\*\*)");
  EXPECT_THAT(log_of(suggestion_of(with_lines({{"Ready at 12:30", 5}}))), "Ready at");
}

TEST(Suggestion, only_guesses_by_a_line_that_says_nothing_of_readiness) {
  const Suggestion suggestion =
      suggestion_of(with_lines({{"loading", 5}, {"done 3", 20}, {"----", 30}, {"GET /", 3000}}));
  EXPECT_EQ(log_of(suggestion), "done");
  EXPECT_EQ(suggestion.after, milliseconds(20));
  EXPECT_NE(suggestion.doubt, "");
  EXPECT_THAT(suggestion.doubt, HasSubstr("may be no sign"));
}

TEST(Suggestion, is_sure_of_a_socket_and_guesses_by_a_file) {
  Seen seen = with_lines({{"loading", 5}});
  seen.files = {{"a.log", milliseconds(20), false}, {"a.sock", milliseconds(40), true}};
  const Suggestion socket = suggestion_of(seen);
  EXPECT_EQ(socket.ready, Probe(FileProbe{"a.sock"}));
  EXPECT_EQ(socket.after, milliseconds(40));
  EXPECT_EQ(socket.doubt, "");
  EXPECT_EQ(socket.why, "made the socket \"a.sock\"");
  seen.files.pop_back();
  EXPECT_EQ(log_of(suggestion_of(seen)), "loading");
  seen.lines.clear();
  const Suggestion file = suggestion_of(seen);
  EXPECT_EQ(file.ready, Probe(FileProbe{"a.log"}));
  EXPECT_NE(file.doubt, "");
}

TEST(Suggestion, prefers_a_line_that_is_sure_to_a_port_that_is_not) {
  Seen seen = with_lines({{"listening", 30}});
  seen.ports = {{41234, milliseconds(20), true}};
  EXPECT_EQ(log_of(suggestion_of(seen)), "listening");
}

TEST(Suggestion, says_plainly_that_nothing_was_seen) {
  const Suggestion here = suggestion_of(running());
  EXPECT_FALSE(here.ready);
  EXPECT_EQ(here.why, "nothing was seen in 5.0 s: it listens on no port and wrote no line");
  Seen elsewhere = with_lines({{"12 34", 5}});
  elsewhere.is_here = false;
  EXPECT_THAT(suggestion_of(elsewhere).why, HasSubstr("can't be looked into from here"));
}

TEST(Suggestion, is_none_for_a_step_that_did_not_stay) {
  Seen seen = running();
  seen.ports = {{5432, milliseconds(310)}};
  for (const Seen::Course course :
       {Seen::Course::not_started, Seen::Course::ended_by_itself, Seen::Course::failed}) {
    seen.course = course;
    EXPECT_FALSE(suggestion_of(seen).ready);
    EXPECT_THAT(suggestion_of(seen).why, ::testing::Not(IsEmpty()));
  }
}

constexpr const char* workspace_text = R"({
  "workspace": { "./api": { "dev": [
    { "projectPath": "./delayed", "async": true, "delay": 2000 },
    { "projectPath": "./plain", "async": true },
    { "projectPath": "./both", "async": true, "delay": 5 },
    { "projectPath": "./ready", "async": true },
    { "projectPath": "./unwaited", "async": true, "waitFor": "started" },
    { "projectPath": "./front", "delay": 7 } ] } },
  "projects": {
    "./both": { "tasks": { "dev": { "ready": { "port": 1 } } } },
    "./ready": { "tasks": { "dev": { "ready": { "port": 2 } } } } } })";

TEST(StepsOfInterest, are_in_the_background_and_waited_for_by_a_delay_or_not_at_all) {
  const config::LoadResult loaded = config::interpret(config::Document::parse("dream.json", workspace_text),
                                                      std::vector<std::string>{"shell"});
  ASSERT_THAT(loaded.problems, IsEmpty());
  const auto plan = make_plan(loaded.workspace, {.ids = {{"./api", "dev"}}});
  ASSERT_TRUE(plan.has_value());
  std::vector<std::string> names;
  for (const StepIndex step : steps_of_interest(*plan, loaded.workspace))
    names.push_back(plan->steps[position(step)].id.project);
  EXPECT_THAT(names, ElementsAre("./delayed", "./plain", "./both"));
}

TEST(Suggestion, only_tells_of_the_delay_where_there_is_ready) {
  Plan plan = plan_of_two();
  plan.steps[0].ready = {PortProbe{{1}}};
  std::vector<Seen> seen{running(), {}};
  seen[0].ready = milliseconds(300);
  const std::vector<StepIndex> steps{StepIndex(0)};
  const Suggestion suggestion = suggestions(plan, steps, seen).front();
  EXPECT_FALSE(suggestion.ready);
  EXPECT_EQ(suggestion.after, milliseconds(300));
  EXPECT_EQ(suggestion.why, "is ready by its own \"ready\" after 300 ms: take its delay away");
}

TEST(ProbeJson, has_dollars_that_are_no_variables) {
  EXPECT_EQ(probe_json(LogProbe{"costs $5, ${A} and $$"}), R"({ "log": "costs $5, $${A} and $$$" })");
}

}  // namespace
}  // namespace dream::suggest
