#include "http/http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <vector>

#include "engine.hpp"
#include "http/complete.hpp"
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

  static HttpClient::OnPiece collect(std::string& text) {
    return [&text](std::string_view piece) { return append(text, std::string(piece)); };
  }
  static Async<void> append(std::string& text, std::string piece) {
    text += piece;
    co_return;
  }

  ScriptedEngine engine;
  asio::io_context context{1};
  HttpClient client{context.get_executor(), *parse_endpoint(engine.address(), own_lookup()), engine_words};
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
  const auto response = run(client.follow(Request{.method = Verb::post, .target = "/x"}, collect(text)));
  EXPECT_EQ(text, "abcde");
  EXPECT_EQ(response->body, "");
}

TEST_F(Http, a_refusal_keeps_its_body_though_pieces_were_wanted) {
  engine.answer("POST /x", ScriptedEngine::reply(500, "no"));
  std::string text;
  const auto response = run(client.follow(Request{.method = Verb::post, .target = "/x"}, collect(text)));
  EXPECT_EQ(text, "");
  EXPECT_EQ(response->body, "no");
}

TEST_F(Http, a_length_that_nobody_can_have_is_a_lost_connection) {
  const std::string length = "Content-Length: 9000000000000000\r\nConnection: close\r\n\r\n";
  for (const std::string status : {"200 OK", "500 No"}) {
    engine.answer("POST /x", "HTTP/1.1 " + status + "\r\n" + length + "so far");
    std::string text;
    const Request request{.method = Verb::post, .target = "/x"};
    for (const auto& response : {run(client.follow(request, collect(text))), run(client.call(request))}) {
      ASSERT_FALSE(response);
      EXPECT_THAT(response.failure().message, HasSubstr("the connection to the container engine was lost"));
    }
    EXPECT_EQ(text, status == "200 OK" ? "so far" : "");
  }
}

TEST_F(Http, a_refusal_that_is_too_long_is_not_kept_though_pieces_were_wanted) {
  constexpr std::size_t too_long = std::size_t{65} * 1024 * 1024;
  engine.answer("POST /x", ScriptedEngine::reply(500, std::string(too_long, 'a')));
  std::string text;
  const auto response = run(client.follow(Request{.method = Verb::post, .target = "/x"}, collect(text)));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.failure().message, HasSubstr("body limit exceeded"));
}

TEST_F(Http, the_bytes_behind_an_upgrade_are_read_raw) {
  engine.answer("POST /x", "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nraw bytes");
  ASSERT_TRUE(run(client.upgrade(Request{.method = Verb::post, .target = "/x"})));
  std::string text;
  std::array<char, 4> buffer{};
  for (Moved moved; !moved.error; text.append(buffer.data(), moved.bytes)) {
    moved = run(client.read_raw(asio::buffer(buffer)));
  }
  EXPECT_EQ(text, "raw bytes");
}

TEST_F(Http, an_attachment_may_be_granted_as_a_plain_answer) {
  engine.answer("POST /x", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nraw");
  ASSERT_TRUE(run(client.upgrade(Request{.method = Verb::post, .target = "/x"}))->ok());
  std::array<char, 3> buffer{};
  EXPECT_EQ(run(client.read_raw(asio::buffer(buffer))).bytes, 3U);
  EXPECT_EQ(std::string(buffer.data(), buffer.size()), "raw");
}

Async<Result<std::string>> next_of(std::vector<std::string>& pieces) {
  if (pieces.empty()) co_return std::string();
  std::string piece = pieces.front();
  pieces.erase(pieces.begin());
  co_return piece;
}

TEST_F(Http, a_body_that_is_sent_over_time_comes_whole) {
  engine.answer("POST /x", ScriptedEngine::reply(200, "thanks"));
  std::vector<std::string> pieces{"abc", std::string(100'000, 'd'), "e"};
  std::string text;
  const HttpClient::NextPiece next_piece = [&] { return next_of(pieces); };
  const auto response =
      run(client.follow(Request{.method = Verb::post, .target = "/x"}, collect(text), next_piece));
  ASSERT_TRUE(response);
  EXPECT_EQ(text, "thanks");
  EXPECT_EQ(engine.last_body("POST /x"), "abc" + std::string(100'000, 'd') + "e");
}

TEST_F(Http, who_sends_elsewhere_has_done_nothing) {
  engine.answer("GET /x", "HTTP/1.1 301 Moved\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n");
  EXPECT_FALSE(get("/x")->ok());
  engine.answer("GET /x", "HTTP/1.1 304 Not Modified\r\n\r\n");
  EXPECT_TRUE(get("/x")->ok()) << "it runs already";
}

TEST_F(Http, answers_that_make_no_sense_are_failures) {
  Engine asked(context.get_executor(), *parse_endpoint(engine.address(), own_lookup()));
  engine.answer("POST /containers/create", ScriptedEngine::reply(201, R"({"Id": 7})"));
  EXPECT_THAT(run(asked.create("x", "", "{}")).failure().message,
              HasSubstr("doesn't tell the id of the container that it made"));
  for (const char* code : {"4294967296", "256", "-1", "\"0\"", "null"}) {
    engine.answer("POST /containers/c1/wait",
                  ScriptedEngine::reply(200, std::string(R"({"StatusCode": )") + code + "}"));
    const auto ended = run(asked.wait("c1"));
    ASSERT_FALSE(ended) << code;
    EXPECT_THAT(ended.failure().message, HasSubstr("doesn't tell the container's exit code"));
  }
  engine.answer("POST /containers/c1/start", "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_FALSE(run(asked.start("c1"))) << "it has done nothing yet";
  engine.answer("GET /containers/c1/stats",
                ScriptedEngine::reply(200, R"({"memory_stats": {"usage": -9223372036854775808,
                                                                "stats": {"inactive_file": 1}}})"));
  EXPECT_EQ(*run(asked.memory("c1")), 0);
}

TEST_F(Http, a_name_is_no_part_of_the_request_around_it) {
  Engine images(context.get_executor(), *parse_endpoint(engine.address(), own_lookup()));
  ASSERT_TRUE(run(images.connect()));
  EXPECT_FALSE(*run(images.find_image("a b?c#d%2f HTTP/1.1\r\nHost: x\r\n\r\n")));
  EXPECT_EQ(engine.count("GET /images/a%20b%3Fc%23d%252f%20HTTP/1.1%0D%0AHost%3A%20x%0D%0A%0D%0A/json"), 1U);
}

TEST_F(Http, nobody_there_is_an_error_with_the_address) {
  HttpClient nobody(context.get_executor(), *parse_endpoint("unix:///nowhere.sock", own_lookup()),
                    engine_words);
  const auto response = run(nobody.call(Request{.target = "/x"}));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.failure().message, "no connection to the container engine: No such file or directory");
  EXPECT_EQ(response.failure().where, "unix:///nowhere.sock");
}

TEST(Url, encodes_all_but_the_plain_letters) {
  EXPECT_EQ(url_encode("a-B_1.~"), "a-B_1.~");
  EXPECT_EQ(url_encode("a/b:c \xff"), "a%2Fb%3Ac%20%FF");
  EXPECT_EQ(url_encode_path("a/b:c \r\n?"), "a/b%3Ac%20%0D%0A%3F");
}

}  // namespace
}  // namespace dream::docker
