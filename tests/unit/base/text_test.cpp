#include "base/text.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/columns.hpp"
#include "base/cut_off.hpp"

namespace dream {
namespace {

using std::chrono::milliseconds;

TEST(NearestName, finds_a_misspelt_name_and_nothing_that_is_far) {
  const std::vector<std::string> names{"command", "delay", "required"};
  EXPECT_EQ(nearest_name("comand", names), "command");
  EXPECT_EQ(nearest_name("dealy", names), "delay");
  EXPECT_EQ(nearest_name("zzz", names), "");
}

TEST(NearestName, counts_every_kind_of_edit) {
  const std::vector<std::string> names{"required"};
  for (const char* name : {"requird", "requirred", "reqvired", "reuqired", "rquierd"})
    EXPECT_EQ(nearest_name(name, names), "required") << name;
  EXPECT_EQ(nearest_name("rqird", names), "") << "three edits are too many for five letters";
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("b", std::vector<std::string>{"abc", "ab"}), "ab");
  EXPECT_EQ(nearest_name("dave", std::vector<std::string>{"deva", "dev"}), "") << "two edits";
}

TEST(NearestName, takes_no_time_that_grows_with_a_name_or_the_number_of_names) {
  const std::string longest(10'000'000, 'a');
  EXPECT_EQ(nearest_name(longest, std::vector<std::string>{longest + "b"}), "");
  EXPECT_EQ(nearest_name("aaaa", std::vector<std::string>{longest, "aaab"}), "aaab");
  std::vector<std::string> many(100'000, "name of eleven");
  many.emplace_back("abcdefghijklmx");
  EXPECT_EQ(nearest_name("abcdefghijklmn", many), "") << "all of so many were looked at";
}

TEST(CutOff, tears_no_character_apart) {
  EXPECT_EQ(cut_off("short", 5), "short");
  EXPECT_EQ(cut_off("longer", 5), "longe…");
  EXPECT_EQ(cut_off("größer", 3), "gr…");
}

TEST(JoinWords, reads_like_a_sentence) {
  EXPECT_EQ(join_words(std::vector<std::string>{}), "");
  EXPECT_EQ(join_words(std::vector<std::string>{"a"}), "a");
  EXPECT_EQ(join_words(std::vector<std::string>{"a", "b", "c"}), "a, b and c");
}

TEST(JoinWords, counts_what_would_be_too_much_to_read) {
  const std::vector<std::string> words(100, "w");
  EXPECT_EQ(join_words(std::span(words).first(30)).size(), 30 * 3 - 2 + 3U);
  EXPECT_TRUE(join_words(words).ends_with("w, w and 71 more")) << join_words(words);
}

TEST(HumanDuration, takes_the_unit_that_fits) {
  EXPECT_EQ(human_duration(milliseconds(0)), "0 ms");
  EXPECT_EQ(human_duration(milliseconds(999)), "999 ms");
  EXPECT_EQ(human_duration(milliseconds(3250)), "3.2 s");
  EXPECT_EQ(human_duration(milliseconds(125'000)), "2 min 05 s");
}

TEST(JsonString, escapes_what_must_be_and_replaces_what_is_not_utf8) {
  EXPECT_EQ(json_string("a\"b\\c\n"), R"("a\"b\\c\n")");
  EXPECT_EQ(json_string(std::string_view("\0\x1f", 2)), R"("\u0000\u001f")");
  EXPECT_EQ(json_string("\xC2\x9B\x7F\xC2\xA0"), "\"\\u009b\\u007f\xC2\xA0\"");
  EXPECT_EQ(json_string("\xC3\xA9\xFF"), "\"\xC3\xA9\\ufffd\"");
}

TEST(JsonString, escapes_what_would_disturb_a_terminal) {
  EXPECT_EQ(json_string("\xC2\x9B\x7F"), R"("\u009b\u007f")");
  EXPECT_EQ(json_string("\xE2\x80\xAE\xF3\xA0\x81\x81"), R"("\u202e\udb40\udc41")");
}

TEST(Printable, shows_what_would_disturb_a_terminal) {
  EXPECT_EQ(printable("\x1b[2J\xC3\xA9\xFF"), "\\x1b[2J\xC3\xA9\\xff");
  EXPECT_EQ(printable("\xC2\x9B"), "\\u{9b}");
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80") << "a surrogate is not UTF-8";
}

TEST(Printable, shows_what_would_deceive_its_reader) {
  for (const auto& [raw, shown] :
       {std::pair{"\u061C", "\\u{61c}"}, std::pair{"\u200E", "\\u{200e}"}, std::pair{"\u200F", "\\u{200f}"},
        std::pair{"\u2028", "\\u{2028}"}, std::pair{"\u202A", "\\u{202a}"}, std::pair{"\u202E", "\\u{202e}"},
        std::pair{"\u2066", "\\u{2066}"}, std::pair{"\u2069", "\\u{2069}"}, std::pair{"\uFEFF", "\\u{feff}"},
        std::pair{"\U000E0041", "\\u{e0041}"}}) {
    EXPECT_EQ(printable(raw), shown);
    EXPECT_FALSE(is_printable(raw)) << shown;
  }
  for (const char* harmless : {"größe", "日本", "שלום", "مرحبا", "क्‍ष", "👩‍👧", "\u00A0"}) {
    EXPECT_EQ(printable(harmless), harmless);
    EXPECT_TRUE(is_printable(harmless));
  }
}

/// Memory whose last byte is the last that may be read.
class EndOfMemory {
 public:
  EndOfMemory() { ::mprotect(pages_ + size_, size_, PROT_NONE); }
  ~EndOfMemory() { ::munmap(pages_, 2 * size_); }
  EndOfMemory(const EndOfMemory&) = delete;
  EndOfMemory& operator=(const EndOfMemory&) = delete;

  std::string_view put(std::string_view text) {
    return {std::copy(text.begin(), text.end(), pages_ + size_ - text.size()) - text.size(), text.size()};
  }

 private:
  std::size_t size_ = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  char* pages_ = static_cast<char*>(
      ::mmap(nullptr, 2 * size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
};

TEST(Text, that_ends_within_a_character_is_read_no_further) {
  EndOfMemory memory;
  for (const std::string whole : {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
    for (std::size_t length = 1; length < whole.size(); ++length) {
      const std::string_view cut = memory.put("a" + whole.substr(0, length));
      EXPECT_EQ(printable(cut).size(), 1 + 4 * length);
      EXPECT_FALSE(is_printable(cut));
      EXPECT_EQ(json_string(cut).size(), 3 + 6 * length);
      EXPECT_EQ(utf8_length(cut.substr(1)), 0U);
      EXPECT_EQ(columns(cut), 1 + length);
      EXPECT_EQ(begin_within(cut, 10), cut);
      EXPECT_EQ(end_within(cut, 10), cut);
    }
  }
}

}  // namespace
}  // namespace dream
