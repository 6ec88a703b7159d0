#include "control/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dream::control {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<Request> read_of(const std::string& line) {
  return parse_request(line).request;
}

std::string error_of(const std::string& line) {
  const Result<Request> request = read_of(line);
  return request ? std::string() : request.error().message;
}

TEST(Request, is_read_as_it_is_written) {
  const Request written{
      .id = 7, .what = Request::What::wait, .steps = {"./a:b", "\"\\\n"}, .until = Request::Until::ready};
  const std::string line = to_line(written);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const Result<Request> read = read_of(line);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, 7);
  EXPECT_EQ(read->what, Request::What::wait);
  EXPECT_THAT(read->steps, ElementsAre("./a:b", "\"\\\n"));
  EXPECT_EQ(read->until, Request::Until::ready);
  const Result<Request> logs = read_of(
      to_line({.id = -1, .what = Request::What::logs, .lines = 9, .within_ms = 60'000, .follow = true}));
  ASSERT_TRUE(logs);
  EXPECT_TRUE(logs->follow);
  EXPECT_EQ(logs->lines, 9U);
  EXPECT_EQ(logs->within_ms, 60'000);
  EXPECT_TRUE(read_of(to_line({.id = 1, .what = Request::What::down, .now = true}))->now);
  const Request restart{.id = 1, .what = Request::What::restart, .with_dependents = true};
  EXPECT_TRUE(read_of(to_line(restart))->with_dependents);
}

TEST(Request, to_type_has_any_bytes_and_a_window) {
  for (const std::string& bytes :
       {std::string("ls\r"), std::string("\x1b[A\0\xff", 5), std::string("\xc3\xa9")}) {
    const auto read = read_of(to_line({.id = 1, .what = Request::What::type, .bytes = bytes}));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->bytes, bytes);
  }
  const auto attach = read_of(to_line(
      {.id = 1, .what = Request::What::attach, .steps = {"./a:b"}, .look = true, .rows = 24, .columns = 80}));
  ASSERT_TRUE(attach);
  EXPECT_EQ(attach->what, Request::What::attach);
  EXPECT_TRUE(attach->look);
  EXPECT_EQ(attach->rows, 24);
  EXPECT_EQ(attach->columns, 80);
  EXPECT_EQ(read_of(R"({"id":1,"do":"resize","rows":-1,"columns":999999})")->rows, 0);
  EXPECT_EQ(read_of(R"({"id":1,"do":"resize","rows":-1,"columns":999999})")->columns, 0xFFFF);
}

TEST(Request, of_a_newer_client_may_say_more) {
  EXPECT_TRUE(read_of(R"({"id":1,"do":"ps","colour":[{}]})"));
}

TEST(Request, is_refused_with_what_is_wrong) {
  EXPECT_THAT(error_of("ps"), HasSubstr("an object of JSON"));
  EXPECT_THAT(error_of("[]"), HasSubstr("an object of JSON"));
  EXPECT_THAT(error_of(R"({"do":"ps"})"), HasSubstr("\"id\""));
  EXPECT_THAT(error_of(R"({"id":"1","do":"ps"})"), HasSubstr("\"id\""));
  EXPECT_THAT(error_of(R"({"id":1,"do":"dance"})"), HasSubstr("unknown request \"dance\""));
  EXPECT_THAT(error_of(R"({"id":1,"do":"ps","steps":"./a"})"), HasSubstr("array of ids"));
  EXPECT_THAT(error_of(R"({"id":1,"do":"wait","until":"dawn"})"), HasSubstr("\"until\""));
  EXPECT_THAT(error_of(R"({"id":1,"do":"type","base64":"bHM=\n"})"), HasSubstr("\"base64\""));
  EXPECT_NE(error_of(std::string(1'000'000, '[')), "");
}

TEST(Request, has_its_id_though_it_is_refused) {
  for (const char* line : {R"({"id":7})", R"({"id":7,"do":"dance"})", R"({"do":"logs","steps":"x","id":7})",
                           R"({"id":7,"do":"wait","until":"dawn"})"}) {
    EXPECT_EQ(parse_request(line).id, 7) << line;
    EXPECT_NE(error_of(line), "") << line;
  }
  EXPECT_EQ(parse_request(R"({"do":"ps"})").id, 0);
}

}  // namespace
}  // namespace dream::control
