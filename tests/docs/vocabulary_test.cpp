#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <variant>

#include "cli/views/ctl_view.hpp"
#include "control/json.hpp"
#include "control/request.hpp"
#include "docs/markdown.hpp"
#include "output/event_lines.hpp"
#include "output/outcome_json.hpp"

/// docs/events.md and docs/control.md: each word that dream says or takes is there.
namespace dream::docs {
namespace {

std::string text_of(const char* name) {
  return read_document(std::filesystem::path(DREAM_SOURCE_DIR) / "docs" / name).text;
}

/// Calls `see` with a value of each alternative.
template <class Variant, class See, std::size_t... at>
void for_each_alternative(const See& see, std::index_sequence<at...>) {
  (see(Variant(std::in_place_index<at>)), ...);
}
template <class Variant, class See>
void for_each_alternative(const See& see) {
  for_each_alternative<Variant>(see, std::make_index_sequence<std::variant_size_v<Variant>>());
}

Plan plan_of_one() {
  Plan plan;
  plan.steps.push_back({.id = {"./a", "go"}});
  return plan;
}

TEST(Vocabulary, each_event_is_described) {
  const Plan plan = plan_of_one();
  std::set<std::string> events;
  const auto lines = output::make_event_lines(plan, read_clock, [&](std::string_view line) {
    events.insert(control::text_at(control::parse_line(line), "event"));
  });
  ASSERT_TRUE(lines->begin(read_clock()));
  lines->write(StepIndex(0), Stream::out, "x");
  const std::vector<engine::Outcome> outcomes(1);
  for_each_alternative<engine::Action>(
      [&](const engine::Action& action) { lines->report(read_clock(), action, outcomes); });
  EXPECT_GE(events.size(), 15U);
  const rapidjson::Document snapshot =
      control::parse_line(cli::snapshot_of(R"({"id":1,"ok":{"atUs":5,"steps":[]}})"));
  EXPECT_EQ(control::number_at(snapshot, "atUs"), 5);
  events.insert(control::text_at(snapshot, "event"));
  const std::string text = text_of("events.md");
  for (const std::string& event : events)
    EXPECT_NE(text.find("\n| `" + event + "` | "), std::string::npos) << event;
}

TEST(Vocabulary, each_reason_is_described) {
  const Plan plan = plan_of_one();
  std::set<std::string> kinds;
  const auto note = [&](const engine::StepEnd& reason) {
    JsonLine json;
    json.begin_object();
    output::add_end(json, {.reason = reason}, plan);
    const rapidjson::Document end = control::parse_line(json.end_object().text());
    kinds.insert(control::text_at(*control::member_of(end, "reason"), "kind"));
  };
  for_each_alternative<engine::StepEnd>(note);
  for_each_alternative<engine::RunStop>([&](const engine::RunStop& stop) { note(stop); });
  EXPECT_GE(kinds.size(), 15U);
  std::string text = text_of("events.md");
  text = text.substr(text.find("### A reason"));
  text = text.substr(0, text.find("\n## "));
  for (const std::string& kind : kinds) EXPECT_NE(text.find("`" + kind + "`"), std::string::npos) << kind;
}

TEST(Vocabulary, each_request_is_described) {
  std::string text = text_of("control.md");
  text = text.substr(text.find("## The protocol"));
  for (const std::string_view request : control::words_of_requests()) {
    const std::string word(request);
    EXPECT_TRUE(text.find("\"do\":\"" + word + "\"") != std::string::npos ||
                text.find("`" + word + "`") != std::string::npos)
        << word;
  }
}

}  // namespace
}  // namespace dream::docs
