#include "cli/views/timeline.hpp"

#include <gtest/gtest.h>

#include "base/columns.hpp"
#include "view_samples.hpp"

namespace dream::cli {
namespace {

using std::chrono::milliseconds;

void expect_start(const StartTime& time, std::optional<std::size_t> after, int offset_ms) {
  ASSERT_EQ(time.after.has_value(), after.has_value());
  EXPECT_EQ(position(time.after.value_or(StepIndex{0})), after.value_or(0));
  EXPECT_EQ(time.offset, milliseconds(offset_ms));
}

TEST(StartTimes, add_up_the_delays_of_the_background) {
  const Plan plan = plan_of({background("./database"), background("./auth", 2000), background("./cache", 500),
                             foreground("./api")});
  const std::vector<StartTime> times = start_times(plan);
  ASSERT_EQ(times.size(), 4U);
  expect_start(times[0], std::nullopt, 0);
  expect_start(times[1], std::nullopt, 0);
  expect_start(times[2], std::nullopt, 2000);
  expect_start(times[3], std::nullopt, 2500);
}

TEST(StartTimes, count_from_the_end_of_the_last_foreground_step) {
  const Plan plan = plan_of({background("./a", 100), foreground("./build", 50), background("./b", 30),
                             foreground("./test", 20), foreground("./api")});
  const std::vector<StartTime> times = start_times(plan);
  ASSERT_EQ(times.size(), 5U);
  expect_start(times[0], std::nullopt, 0);
  expect_start(times[1], std::nullopt, 150);
  expect_start(times[2], 1, 0);
  expect_start(times[3], 1, 50);
  expect_start(times[4], 3, 0);
}

TEST(TheTimeline, shows_delays_to_scale) {
  const Plan plan =
      plan_of({background("./a", 1000), background("./b", 2000), foreground("./c", 1000), foreground("./d")});
  const std::vector<std::string> lines = lines_of(timeline_text(plan, {}));
  ASSERT_EQ(lines.size(), 5U);
  const std::size_t a = column_of(lines[0], "├");
  const std::size_t b = column_of(lines[1], "├");
  const std::size_t c = column_of(lines[2], "·");
  const std::size_t c_runs = column_of(lines[2], "├");
  EXPECT_NEAR(static_cast<double>(c - b), 2.0 * static_cast<double>(b - a), 1.0);
  EXPECT_NEAR(static_cast<double>(c_runs - c), static_cast<double>(b - a), 1.0);
  EXPECT_EQ(column_of(lines[3], "├"), column_of(lines[2], "┤") + 1) << "d starts when c has ended";
  EXPECT_EQ(columns(lines[0]), 100U) << "the background goes on to the right edge";
  EXPECT_NE(lines[1].find("═ 2000 ms ═"), std::string::npos);
}

TEST(TheTimeline, looks_like_this) {
  const Plan plan = plan_of({background("./database"), background("./auth", 2000), foreground("./build", 500),
                             foreground("./api")});
  EXPECT_EQ(timeline_text(plan, {false, 80}),
            "  1  ./database:dev  ├─────────────────────────────────────────────────────────…\n"
            "  2  ./auth:dev      ├═══════ 2000 ms ════════─────────────────────────────────…\n"
            "  3  ./build:dev                              ······├─────…──────┤\n"
            "  4  ./api:dev                                                    ├─────…──────┤\n"
            "  … ends when it ends   ═ holds the next step back   · waits before it starts"
            "   a column of delay: 80.6 ms\n");
}

TEST(TheTimeline, fits_its_width_for_any_number_of_steps) {
  for (const std::size_t width : {60U, 80U, 100U, 160U}) {
    for (const int count : {1, 2, 7, 30, 200}) {
      for (const int delay : {0, 1, 100'000}) {
        std::vector<Step> steps;
        for (int at = 0; at < count; ++at) {
          const std::string name = "./a/rather/long/path/of/a/project/" + std::to_string(at);
          steps.push_back(at % 3 == 0 ? background(name, at * delay) : foreground(name, delay));
        }
        const std::vector<std::string> lines =
            lines_of(timeline_text(plan_of(std::move(steps)), {false, width}));
        ASSERT_EQ(lines.size(), static_cast<std::size_t>(count) + 1);
        for (std::size_t at = 0; at + 1 < lines.size(); ++at) {
          ASSERT_LE(columns(lines[at]), width) << lines[at];
          ASSERT_NE(lines[at].find_first_not_of(' ', 5), std::string::npos);
        }
      }
    }
  }
}

TEST(TheTimeline, begins_below_itself_where_names_have_wide_characters) {
  const Plan plan = plan_of({background("./数据库"), background("./abc"), foreground("./e\u0301")});
  const std::vector<std::string> lines = lines_of(timeline_text(plan, {}));
  const auto begin = [&](std::size_t at) { return columns(lines[at].substr(0, lines[at].find("├"))); };
  EXPECT_EQ(begin(1), begin(0));
  EXPECT_EQ(begin(2), begin(0));
}

TEST(TheTimeline, is_never_narrower_than_sixty_columns) {
  const Plan plan = plan_of({background("./a", 10), foreground("./b")});
  EXPECT_EQ(timeline_text(plan, {false, 0}), timeline_text(plan, {false, 60}));
}

TEST(TheTimeline, of_too_many_steps_is_a_note) {
  std::vector<Step> steps(most_steps_in_a_diagram, foreground("./a"));
  EXPECT_EQ(lines_of(timeline_text(plan_of(steps), {})).size(), most_steps_in_a_diagram + 1);
  steps.push_back(foreground("./b"));
  EXPECT_EQ(timeline_text(plan_of(steps), {}), "  (no diagram: more than 200 steps)\n");
}

}  // namespace
}  // namespace dream::cli
