#include "cli/views/plan_view.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "view_samples.hpp"

namespace dream::cli {
namespace {

using std::chrono::milliseconds;

Plan sample() {
  Step database = background("./database");
  database.service = true;
  database.executor = "docker";
  database.stop_signal = 2;
  database.stop_grace = milliseconds(10'000);
  database.where = {6};
  Step auth = background("./auth", 2000);
  auth.required = false;
  auth.where = {7};
  Step build = foreground("./web", 100);
  build.timeout = milliseconds(60'000);
  build.where = {8};
  Plan plan = plan_of({database, auth, build, foreground("./api")});
  plan.ignored.push_back({StepIndex{1}, {20}, "delay 0 ms instead of 2000 ms"});
  plan.recursive = true;
  return plan;
}

TEST(PlanText, has_every_step_with_its_attributes_start_and_place) {
  const std::string text = plan_text(sample(), {}, locate_by_byte, {});
  const std::string steps = text.substr(0, text.find("Timeline"));
  EXPECT_EQ(steps, R"(Plan of ./api:dev: 4 steps, recursive

  1  ./database:dev  docker  background, service, required                               +0 ms            dream.json:6:1
  2  ./auth:dev      shell   background, optional, next after 2000 ms                    +0 ms            dream.json:7:1
  3  ./web:dev       shell   foreground, required, waits 100 ms first, timeout 60000 ms  +2100 ms         dream.json:8:1
  4  ./api:dev       shell   foreground, required                                        after ./web:dev  requested

Later mentions without effect (the first one decides)
  ./auth:dev  delay 0 ms instead of 2000 ms  dream.json:20:1

)");
}

TEST(PlanText, of_one_step_is_short) {
  const std::string text = plan_text(plan_of({foreground("./api")}), {}, locate_by_byte, {});
  EXPECT_TRUE(text.starts_with("Plan of ./api:dev: 1 step\n\n  1  ./api:dev  shell"));
  EXPECT_EQ(text.find("Later mentions"), std::string::npos);
}

TEST(PlanText, does_not_speak_of_the_delay_of_a_last_step_in_the_background) {
  const std::string text = plan_text(plan_of({background("./api", 100)}), {}, locate_by_byte, {});
  EXPECT_EQ(text.find("100 ms"), std::string::npos);
}

TEST(PlanText, has_escape_codes_only_in_colour) {
  EXPECT_EQ(plan_text(sample(), {}, locate_by_byte, {false, 100}).find('\x1b'), std::string::npos);
  EXPECT_NE(plan_text(sample(), {}, locate_by_byte, {true, 100}).find('\x1b'), std::string::npos);
}

TEST(PlanText, shows_what_would_disturb_a_terminal) {
  const std::string text = plan_text(plan_of({foreground("./\x1b[2J")}), {}, locate_by_byte, {});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(PlanJson, has_what_records_tell) {
  const Plan plan = plan_of({foreground("./a"), foreground("./b")});
  const PlanNotes notes{.commands = {}, .last = {{.ready = {}, .ran = std::chrono::milliseconds(7)}, {}}};
  rapidjson::Document json;
  json.Parse(plan_json(plan, notes, locate_by_byte).c_str());
  ASSERT_FALSE(json.HasParseError());
  EXPECT_EQ(json["steps"][0]["lastRanMs"].GetInt(), 7);
  EXPECT_FALSE(json["steps"][0].HasMember("lastReadyMs"));
  EXPECT_FALSE(json["steps"][1].HasMember("lastRanMs"));
  EXPECT_EQ(json["criticalPath"]["lengthMs"].GetInt(), 7);
  EXPECT_STREQ(json["criticalPath"]["steps"][1].GetString(), "./b:dev");
  json.Parse(plan_json(plan, {}, locate_by_byte).c_str());
  EXPECT_FALSE(json.HasMember("criticalPath"));
}

TEST(PlanJson, has_the_documented_fields) {
  rapidjson::Document json;
  json.Parse(plan_json(sample(), {}, locate_by_byte).c_str());
  ASSERT_FALSE(json.HasParseError());
  EXPECT_STREQ(json["requested"].GetString(), "./api:dev");
  EXPECT_TRUE(json["recursive"].GetBool());
  const auto& steps = json["steps"];
  ASSERT_EQ(steps.Size(), 4U);

  const auto& database = steps[0];
  EXPECT_STREQ(database["id"].GetString(), "./database:dev");
  EXPECT_STREQ(database["project"].GetString(), "./database");
  EXPECT_STREQ(database["task"].GetString(), "dev");
  EXPECT_STREQ(database["executor"].GetString(), "docker");
  EXPECT_TRUE(database["background"].GetBool());
  EXPECT_TRUE(database["required"].GetBool());
  EXPECT_TRUE(database["service"].GetBool());
  EXPECT_TRUE(database["timeoutMs"].IsNull());
  EXPECT_STREQ(database["stdin"].GetString(), "open");
  EXPECT_STREQ(database["stop"]["signal"].GetString(), "SIGINT");
  EXPECT_EQ(database["stop"]["graceMs"].GetInt(), 10'000);
  EXPECT_STREQ(database["from"].GetString(), "dream.json:6:1");
  EXPECT_EQ(database["startsAt"].GetInt(), 0);
  EXPECT_FALSE(database.HasMember("startsAfter"));

  EXPECT_EQ(steps[1]["delayMs"].GetInt(), 2000);
  EXPECT_FALSE(steps[1]["required"].GetBool());
  EXPECT_EQ(steps[2]["timeoutMs"].GetInt(), 60'000);
  EXPECT_STREQ(steps[2]["stdin"].GetString(), "empty");
  EXPECT_EQ(steps[2]["startsAt"].GetInt(), 2100);

  const auto& api = steps[3];
  EXPECT_TRUE(api["from"].IsNull());
  EXPECT_STREQ(api["startsAfter"]["id"].GetString(), "./web:dev");
  EXPECT_STREQ(api["startsAfter"]["until"].GetString(), "ended");
  EXPECT_EQ(api["startsAfter"]["delayMs"].GetInt(), 0);
  EXPECT_FALSE(api.HasMember("startsAt"));

  ASSERT_EQ(json["ignored"].Size(), 1U);
  EXPECT_STREQ(json["ignored"][0]["id"].GetString(), "./auth:dev");
  EXPECT_STREQ(json["ignored"][0]["from"].GetString(), "dream.json:20:1");
  EXPECT_STREQ(json["ignored"][0]["differences"].GetString(), "delay 0 ms instead of 2000 ms");
}

/// ./a and ./db beside one another, then ./app.
Plan with_group() {
  Plan plan = plan_of({foreground("./a"), background("./db", 500), foreground("./app", 20)});
  plan.is_list = false;
  plan.jobs = 2;
  plan.keep_going = true;
  plan.barriers = {{{StepIndex(0), StepIndex(1)}, {}}};
  plan.steps[2].after = BarrierIndex(0);
  plan.steps[2].needs = {StepIndex(0), StepIndex(1)};
  plan.steps[2].requested = true;
  return plan;
}

TEST(PlanText, of_a_group_says_what_waits_for_what) {
  const std::string text = plan_text(with_group(), {}, locate_by_byte, {});
  EXPECT_EQ(text.substr(0, text.find("Timeline")),
            R"(Plan of ./app:dev: 3 steps, up to 2 jobs at once, keeps going after a failure

  1  ./a:dev    shell  foreground, required                     at once                                                requested
  2  ./db:dev   shell  background, required, next after 500 ms  at once                                                requested
  3  ./app:dev  shell  foreground, required, waits 20 ms first  after ./a:dev and ./db:dev has started +500 ms +20 ms  requested

)");
}

TEST(PlanJson, of_a_group_has_all_that_a_step_waits_for_and_needs) {
  rapidjson::Document json;
  json.Parse(plan_json(with_group(), {}, locate_by_byte).c_str());
  ASSERT_FALSE(json.HasParseError());
  EXPECT_EQ(json["jobs"].GetInt(), 2);
  EXPECT_TRUE(json["keepGoing"].GetBool());
  EXPECT_EQ(json["steps"][0]["startsAfter"].Size(), 0U);
  const auto& app = json["steps"][2];
  EXPECT_TRUE(app["requested"].GetBool());
  EXPECT_EQ(app["needs"].Size(), 2U);
  ASSERT_EQ(app["startsAfter"].Size(), 2U);
  EXPECT_STREQ(app["startsAfter"][1]["until"].GetString(), "started");
  EXPECT_EQ(app["startsAfter"][1]["delayMs"].GetInt(), 500);
}

TEST(PlanJson, is_sound_whatever_the_names_are) {
  rapidjson::Document json;
  json.Parse(plan_json(plan_of({foreground("./\"quoted\"\n\xFF")}), {}, locate_by_byte).c_str());
  ASSERT_FALSE(json.HasParseError());
  EXPECT_STREQ(json["steps"][0]["project"].GetString(), "./\"quoted\"\n\xEF\xBF\xBD");
}

TEST(PlanText, shows_what_each_step_would_run_or_why_it_can_not) {
  const Plan plan = plan_of({foreground("./web"), foreground("./db"), foreground("./api")});
  const std::string text = plan_text(
      plan, {.commands = {{"vite --port 1", ""}, {"", "no \x1b[2J command"}, {"", ""}}}, locate_by_byte, {});
  EXPECT_NE(text.find("\nCommands\n  1  vite --port 1\n  2  can't be started: no \\x1b[2J command\n"
                      "  3  (not known)\n\nTimeline"),
            std::string::npos)
      << text;
}

TEST(PlanText, says_nothing_of_commands_when_no_executor_can_tell) {
  const std::string text =
      plan_text(plan_of({foreground("./web")}), {.commands = {{"", ""}}}, locate_by_byte, {});
  EXPECT_EQ(text.find("Commands"), std::string::npos);
}

TEST(PlanJson, has_what_each_step_would_run) {
  rapidjson::Document json;
  const Plan plan = plan_of({foreground("./web"), foreground("./api")});
  json.Parse(plan_json(plan, {.commands = {{"a \"b\"", ""}, {"", "gone"}}}, locate_by_byte).c_str());
  ASSERT_FALSE(json.HasParseError());
  EXPECT_STREQ(json["steps"][0]["runs"].GetString(), "a \"b\"");
  EXPECT_TRUE(json["steps"][0]["problem"].IsNull());
  EXPECT_TRUE(json["steps"][1]["runs"].IsNull());
  EXPECT_STREQ(json["steps"][1]["problem"].GetString(), "gone");
}

/// Is followed by another attempt.
Step again_on(Restart::On on, Step step) {
  step.restart.on = on;
  return step;
}

TEST(Restarts, are_shown_with_what_causes_them_and_how_many_there_are) {
  using On = Restart::On;
  Plan plan = plan_of({again_on(On::failure, background("./db")), again_on(On::always, background("./auth")),
                       again_on(On::always, foreground("./web")), foreground("./api")});
  plan.steps[1].restart.max = 0;
  const std::string text = plan_text(plan, {}, locate_by_byte, {});
  EXPECT_NE(text.find("background, required, restarts on failure (at most 5) "), std::string::npos) << text;
  EXPECT_NE(text.find("background, required, restarts always (no limit) "), std::string::npos) << text;
  EXPECT_NE(text.find("foreground, required, restarts on failure (at most 5) "), std::string::npos) << text;
  EXPECT_NE(text.find("./api:dev   shell  foreground, required   "), std::string::npos) << text;
  rapidjson::Document json;
  json.Parse(plan_json(plan, {}, locate_by_byte).c_str());
  ASSERT_FALSE(json.HasParseError());
  const auto& steps = json["steps"];
  EXPECT_STREQ(steps[1]["restart"]["on"].GetString(), "always");
  EXPECT_EQ(steps[1]["restart"]["max"].GetInt(), 0);
  EXPECT_STREQ(steps[2]["restart"]["on"].GetString(), "failure") << "in the foreground";
  EXPECT_EQ(steps[2]["restart"]["max"].GetInt(), 5);
  EXPECT_EQ(steps[2]["restart"]["windowMs"].GetInt(), 60'000);
  EXPECT_EQ(steps[2]["restart"]["delayMs"].GetInt(), 200);
  EXPECT_EQ(steps[2]["restart"]["maxDelayMs"].GetInt(), 10'000);
  EXPECT_TRUE(steps[3]["restart"].IsNull());
}

/// The next step waits until it is ready.
Step until_ready(Step step) {
  step.ready = {PortProbe{{5432}}};
  step.releases_when_ready = step.ready_needed = true;
  return step;
}

TEST(Readiness, is_what_a_start_comes_after) {
  const Plan plan = plan_of({until_ready(background("./db")), background("./auth", 30), foreground("./api")});
  const std::string text = plan_text(plan, {}, locate_by_byte, {});
  EXPECT_NE(text.find("background, required, next when ready   +0 ms"), std::string::npos) << text;
  EXPECT_NE(text.find("after ./db:dev is ready +30 ms"), std::string::npos) << text;
  EXPECT_NE(text.find("╌ until it is ready"), std::string::npos) << text;
  rapidjson::Document json;
  json.Parse(plan_json(plan, {}, locate_by_byte).c_str());
  ASSERT_FALSE(json.HasParseError());
  const auto& after = json["steps"][2]["startsAfter"];
  EXPECT_STREQ(after["id"].GetString(), "./db:dev");
  EXPECT_STREQ(after["until"].GetString(), "ready");
  EXPECT_EQ(after["delayMs"].GetInt(), 30);
}

TEST(Readiness, with_a_delay_or_of_several_steps_is_several_conditions) {
  Plan plan = plan_of({until_ready(background("./db", 500)), background("./cache"), foreground("./api")});
  plan.steps[1].ready = {PortProbe{{1}}};
  plan.steps[1].ready_needed = true;
  plan.steps[2].after_ready = {StepIndex(1)};
  const std::string text = plan_text(plan, {}, locate_by_byte, {});
  EXPECT_NE(text.find("after ./db:dev is ready, 500 ms after its start at the earliest, after ./cache:dev is "
                      "ready"),
            std::string::npos)
      << text;
  rapidjson::Document json;
  json.Parse(plan_json(plan, {}, locate_by_byte).c_str());
  ASSERT_FALSE(json.HasParseError());
  std::vector<std::string> conditions;
  for (const auto& condition : json["steps"][2]["startsAfter"].GetArray())
    conditions.push_back(std::string(condition["id"].GetString()) + " " + condition["until"].GetString() +
                         " " + std::to_string(condition["delayMs"].GetInt()));
  EXPECT_EQ(conditions,
            (std::vector<std::string>{"./db:dev ready 0", "./db:dev started 500", "./cache:dev ready 0"}));
}

}  // namespace
}  // namespace dream::cli
