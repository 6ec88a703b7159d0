#include "base/json_builder.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace dream {
namespace {

TEST(JsonBuilder, writes_a_line_for_programs) {
  JsonLine json;
  json.begin_object()
      .member("flag", true)
      .member("least", std::int64_t{INT64_MIN})
      .member("most", UINT64_MAX)
      .member("text", "a \"b\"")
      .member("none", std::optional<int>())
      .member("some", std::optional(7))
      .text_or_null("empty", "")
      .null("null")
      .begin_array("list")
      .put(std::vector<std::string>{"x", "y"})
      .put(std::set<int>{2, 1})
      .end_array()
      .raw("json", R"({"k":[1]})");
  EXPECT_EQ(
      json.end_object().line(),
      R"({"flag":true,"least":-9223372036854775808,"most":18446744073709551615,"text":"a \"b\"","none":null,)"
      R"("some":7,"empty":null,"null":null,"list":[["x","y"],[1,2]],"json":{"k":[1]}})"
      "\n");
}

TEST(JsonBuilder, writes_a_page_for_people) {
  JsonPage json;
  json.begin_array().begin_object().member("id", "./a:b").begin_array("needs").end_array().end_object();
  EXPECT_EQ(json.end_array().text(), "[\n  {\n    \"id\": \"./a:b\",\n    \"needs\": []\n  }\n]");
}

/// Whatever a repository calls something: names of members, too, and what was read from elsewhere.
TEST(JsonBuilder, disturbs_no_terminal) {
  JsonLine json;
  json.begin_object().member("a\x1b[2J", "\xc2\x9b\xe2\x80\xae\xff");
  rapidjson::Document read;
  read.Parse(R"({"b":["\u001b]0;x\u0007",{"c\u202e":[null,1.5,true]}]})");
  json.member("read", static_cast<const rapidjson::Value&>(read));
  EXPECT_EQ(
      json.end_object().text(),
      R"({"a\u001b[2J":"\u009b\u202e\ufffd","read":{"b":["\u001b]0;x\u0007",{"c\u202e":[null,1.5,true]}]}})");
}

}  // namespace
}  // namespace dream
