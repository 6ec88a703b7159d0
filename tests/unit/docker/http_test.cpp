#include "http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>

#include "complete.hpp"
#include "scripted_engine.hpp"

namespace dream::docker {
namespace {

using ::testing::HasSubstr;

struct Http : ::testing::Test {
  template <class Value>
  Value run(Async<Value> coroutine) {
    return complete(context, std::move(coroutine)).value();
  }
  Result<Response> get(const std::string& target) { return run(client.call(Request{.target = target})); }

  ScriptedEngine engine;
  asio::io_context context{1};
  HttpClient client{context.get_executor(), *parse_endpoint(engine.address(), own_variables())};
};

TEST_F(Http, an_answer_has_a_status_and_a_body) {
  engine.answer("GET /x", ScriptedEngine::reply(404, "nothing here"));
  const auto response = get("/x");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 404U);
  EXPECT_EQ(response->body, "nothing here");
  EXPECT_EQ(response->api_version, "1.41");
}

TEST_F(Http, a_chunked_body_is_put_together) {
  engine.answer("GET /x",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(get("/x")->body, "abcde");
}

TEST_F(Http, a_body_may_end_with_the_connection) {
  engine.answer("GET /x", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it");
  EXPECT_EQ(get("/x")->body, "all of it");
}

TEST_F(Http, an_answer_that_breaks_off_is_a_lost_connection) {
  engine.answer("GET /x", "");
  const auto response = get("/x");
  ASSERT_FALSE(response);
  EXPECT_THAT(response.failure().message, HasSubstr("the connection to the container engine was lost"));
  EXPECT_EQ(response.failure().where, engine.address());
}

TEST_F(Http, an_answer_that_is_no_http_is_an_error) {
  engine.answer("GET /x", "SSH-2.0-OpenSSH\r\n\r\n");
  EXPECT_FALSE(get("/x"));
}

TEST_F(Http, a_time_limit_ends_a_call_and_the_next_one_has_a_new_connection) {
  engine.hold("GET /x");
  const auto late = run(client.call(Request{.target = "/x"}, std::chrono::milliseconds(1)));
  ASSERT_FALSE(late);
  EXPECT_THAT(late.failure().message, HasSubstr("timed out"));
  EXPECT_EQ(get("/_ping")->status, 200U);
}

TEST_F(Http, a_body_that_comes_over_time_is_given_in_pieces) {
  engine.answer("POST /x",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  std::string text;
  const auto response = run(client.follow(Request{.method = "POST", .target = "/x"},
                                          [&](std::string_view piece) { text += piece; }));
  EXPECT_EQ(text, "abcde");
  EXPECT_EQ(response->body, "");
}

TEST_F(Http, a_refusal_keeps_its_body_though_pieces_were_wanted) {
  engine.answer("POST /x", ScriptedEngine::reply(500, "no"));
  const auto response =
      run(client.follow(Request{.method = "POST", .target = "/x"}, [](std::string_view) { FAIL(); }));
  EXPECT_EQ(response->body, "no");
}

TEST_F(Http, the_bytes_behind_an_upgrade_are_read_raw) {
  engine.answer("POST /x", "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nraw bytes");
  ASSERT_TRUE(run(client.upgrade(Request{.method = "POST", .target = "/x"})));
  std::string text;
  std::array<char, 4> buffer{};
  for (Moved moved; !moved.error; text.append(buffer.data(), moved.bytes)) {
    moved = run(client.read_raw(asio::buffer(buffer)));
  }
  EXPECT_EQ(text, "raw bytes");
}

TEST_F(Http, nobody_there_is_an_error_with_the_address) {
  HttpClient nobody(context.get_executor(), *parse_endpoint("unix:///nowhere.sock", own_variables()));
  const auto response = run(nobody.call(Request{.target = "/x"}));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.failure().message, "no connection to the container engine: No such file or directory");
  EXPECT_EQ(response.failure().where, "unix:///nowhere.sock");
}

TEST(Url, encodes_all_but_the_plain_letters) {
  EXPECT_EQ(url_encode("a-B_1.~"), "a-B_1.~");
  EXPECT_EQ(url_encode("a/b:c \xff"), "a%2Fb%3Ac%20%FF");
}

}  // namespace
}  // namespace dream::docker
