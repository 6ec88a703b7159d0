#include "pod_log.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace dream::kubernetes {
namespace {

constexpr std::size_t part = 16384;

std::string at(int second, int nanosecond = 0) {
  std::string digits = std::to_string(nanosecond);
  return "2026-11-29T10:54:" + std::string(second < 10 ? "0" : "") + std::to_string(second) + "." +
         std::string(9 - digits.size(), '0') + digits + "Z ";
}

/// An entry of a log, and whether a kubelet before 1.27 writes its time.
struct Entry {
  int second;
  int nanosecond;
  std::string text;
  bool continues = false;  ///< a part of the line before
};

std::string written(const std::vector<Entry>& entries, bool old_kubelet, int since = 0) {
  std::string log;
  bool begun = false;
  for (const Entry& entry : entries) {
    if (entry.second < since) continue;
    if (!entry.continues || old_kubelet || !begun) log += at(entry.second, entry.nanosecond);
    log += entry.text;
    begun = true;
  }
  return log;
}

std::string plain(const std::vector<Entry>& entries) {
  std::string text;
  for (const Entry& entry : entries) text += entry.text;
  return text;
}

std::vector<Entry> some_entries() {
  const std::string line(part, 'x');
  return {{1, 5, "one\n"},
          {1, 5, "two\n"},
          {1, 6, line},
          {1, 7, line, true},
          {2, 0, "end\n", true},
          {2, 1, "\n"},
          {2, 1, "2026-11-29T10:54:01.000000000Z text\n"},
          {3, 0, line},
          {3, 1, "\n", true},
          {3, 2, line},
          {3, 2, "2026-11-29 no time\n", true},
          {4, 0, "no end"}};
}

TEST(PodLog, takes_the_times_away_however_it_is_cut) {
  for (const bool old_kubelet : {true, false}) {
    const std::string log = written(some_entries(), old_kubelet);
    for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, log.size()}) {
      PodLog reader;
      std::string came;
      for (std::size_t place = 0; place < log.size(); place += size)
        came += reader.take(log.substr(place, size));
      came += reader.finish();
      EXPECT_TRUE(came == plain(some_entries())) << size;
    }
  }
}

TEST(PodLog, goes_on_where_it_was_broken_off) {
  std::mt19937 random(1);
  for (const bool old_kubelet : {true, false}) {
    const std::vector<Entry> entries = some_entries();
    const std::string whole = written(entries, old_kubelet);
    for (int round = 0; round < 500; ++round) {
      PodLog reader;
      std::string came;
      std::string log = whole;
      for (int breaks = 0; breaks < 3; ++breaks) {
        came += reader.take(log.substr(0, random() % (log.size() + 1)));
        const std::string since = reader.begin_again();
        ASSERT_TRUE(since.empty() || (since.size() == 20 && since.ends_with('Z'))) << since;
        log = written(entries, old_kubelet, since.empty() ? 0 : std::stoi(since.substr(17, 2)));
      }
      came += reader.take(log) + reader.finish();
      ASSERT_TRUE(came == plain(entries)) << round;
    }
  }
}

TEST(PodLog, a_file_that_was_rotated_meanwhile_is_not_taken_for_what_came_before) {
  PodLog reader;
  EXPECT_EQ(reader.take(at(1, 1) + "a\n" + at(1, 2) + "b\n"), "a\nb\n");
  EXPECT_EQ(reader.begin_again(), "2026-11-29T10:54:01Z");
  EXPECT_EQ(reader.take(at(1, 2) + "b\n" + at(1, 3) + "c\n"), "c\n");
}

/// After all times of these tests: 2026-12-01.
std::int64_t later() {
  return 1'796'083'200;
}

TEST(PodLog, knows_the_next_entry_behind_a_part_that_has_no_end) {
  const std::string log = at(1, 1) + "out" + at(1, 2) + "err" + at(2, 0) + "end\n";
  for (std::size_t size = 1; size <= log.size(); ++size) {
    PodLog reader(later);
    std::string came;
    for (std::size_t place = 0; place < log.size(); place += size)
      came += reader.take(log.substr(place, size));
    EXPECT_EQ(came + reader.finish(), "outerrend\n") << size;
  }
  PodLog reader(later);
  EXPECT_EQ(reader.take(log.substr(0, log.size() - 4)), "outerr");
  EXPECT_EQ(reader.begin_again(), "2026-11-29T10:54:02Z");
  EXPECT_EQ(reader.take(at(2, 0) + "end\n"), "end\n");
}

TEST(PodLog, leaves_the_times_that_a_program_writes) {
  PodLog reader(later);
  const std::string before =
      "at " + at(0, 999) + "it was, " + "2027-01-01T00:00:00.000000000Z it will be, 2026\n";
  EXPECT_EQ(reader.take(at(1, 1) + before), before) << "an earlier one, and one that hasn't come";
  EXPECT_EQ(reader.take(at(1, 2) + "until 2026-11-30T00:00:00Z now"), "until 2026-11-30T00:00:00Z now");
}

TEST(PodLog, knows_times_of_other_zones) {
  PodLog reader;
  EXPECT_EQ(reader.take("2026-11-29T10:54:38.5+01:00 a\n"), "a\n");
  EXPECT_EQ(reader.begin_again(), "2026-11-29T10:54:38+01:00");
}

TEST(PodLog, passes_on_words_that_have_no_time) {
  PodLog reader;
  EXPECT_EQ(reader.begin_again(), "");
  EXPECT_EQ(reader.take("failed to read the log\n" + at(1) + "a\n"), "failed to read the log\na\n");
  EXPECT_EQ(reader.words(), "");
}

TEST(PodLog, keeps_words_out_of_the_output_when_it_is_read_again) {
  const std::string words = "failed to read the log 0.log: no such file";
  for (std::size_t size = 1; size <= words.size(); ++size) {
    PodLog reader;
    EXPECT_EQ(reader.begin_again(), "");
    EXPECT_EQ(reader.take(at(1, 1) + "a\n" + at(1, 2) + "no e"), "a\nno e");
    EXPECT_EQ(reader.begin_again(), "2026-11-29T10:54:01Z");
    for (std::size_t place = 0; place < words.size(); place += size)
      EXPECT_EQ(reader.take(words.substr(place, size)), "");
    EXPECT_EQ(reader.finish(), "");
    EXPECT_EQ(reader.words(), words) << size;
    EXPECT_EQ(reader.begin_again(), "2026-11-29T10:54:01Z");
    EXPECT_EQ(reader.take(at(1, 1) + "a\n" + at(1, 2) + "no end\n"), "nd\n") << "it is there again";
  }
}

}  // namespace
}  // namespace dream::kubernetes
