#include "channel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "api.hpp"
#include "http/complete.hpp"
#include "shared/command_end.hpp"

namespace dream::kubernetes {
namespace {

using ::testing::HasSubstr;

std::string status_with(const std::string& causes) {
  return R"({"metadata":{},"status":"Failure","message":"it says why","details":{"causes":)" + causes + "}}";
}

/// What an ear has heard after these pieces.
std::optional<Result<life::CommandOutcome>> heard(const std::vector<ChannelPiece>& pieces) {
  CommandEar ear;
  for (const ChannelPiece& piece : pieces) ear.take(piece);
  return ear.outcome();
}

TEST(ChannelMessage, has_the_number_of_its_stream_before_its_bytes) {
  EXPECT_EQ(read_message(std::string_view("\1out", 4)), (ChannelPiece{1, "out"}));
  EXPECT_EQ(read_message(std::string_view("\3", 1)), (ChannelPiece{3, ""}));
  EXPECT_EQ(read_message(std::string_view("\xff\0\n", 3)), (ChannelPiece{255, std::string("\0\n", 2)}));
  EXPECT_EQ(read_message(""), std::nullopt) << "a message without a stream is none";
}

TEST(CommandEar, hears_both_streams_and_the_code) {
  const auto ended =
      heard({{1, ""}, {1, "out "}, {2, "err"}, {3, status_with(R"([{"reason":"ExitCode","message":"7"}])")}});
  ASSERT_TRUE(ended && *ended);
  EXPECT_EQ((*ended)->code, 7);
  EXPECT_EQ((*ended)->output, "out err");
  EXPECT_EQ(heard({{1, "out"}, {2, "err"}}), std::nullopt) << "it goes on";
}

TEST(CommandEar, takes_a_success_and_a_status_that_comes_in_pieces) {
  const std::string success = R"({"metadata":{},"status":"Success"})";
  for (std::size_t cut = 0; cut <= success.size(); ++cut) {
    const auto ended = heard({{3, success.substr(0, cut)}, {3, success.substr(cut)}});
    ASSERT_TRUE(ended && *ended) << cut;
    EXPECT_EQ((*ended)->code, 0);
  }
}

TEST(CommandEar, tells_what_is_not_there_from_what_can_not_be_executed) {
  const std::string code = status_with(R"([{"reason":"ExitCode","message":"126"}])");
  const std::string missing = R"(exec: \"x\": executable file not found in $PATH: unknown)";
  for (const auto& [pieces, expected] :
       {std::tuple{std::vector<ChannelPiece>{{1, missing}, {3, code}}, 127},
        {{{1, "exec: permission denied"}, {3, code}}, 126},
        {{{3, R"({"status":"Failure","message":")" + missing + "\"}"}}, 127},
        {{{3, R"({"status":"Failure","message":"permission denied"})"}}, 126}}) {
    const auto ended = heard(pieces);
    ASSERT_TRUE(ended && *ended);
    EXPECT_EQ((*ended)->code, expected);
  }
}

TEST(CommandEar, takes_no_code_from_what_names_none) {
  for (const char* causes :
       {"[]", "7", R"([{"reason":"ExitCode"}])", R"([{"reason":"ExitCode","message":"many"}])",
        R"([{"reason":"ExitCode","message":"7x"}])", R"([{"reason":"ExitCode","message":"-1"}])",
        R"([{"reason":"ExitCode","message":"256"}])", R"([{"reason":"ExitCode","message":""}])",
        R"([{"reason":"Other","message":"7"}])", R"([7, null, "ExitCode"])"}) {
    const auto ended = heard({{3, status_with(causes)}});
    ASSERT_TRUE(ended) << causes;
    ASSERT_FALSE(*ended) << causes;
    EXPECT_THAT(ended->failure().message, HasSubstr("it says why"));
  }
}

TEST(CommandEar, is_not_confused_by_broken_pieces) {
  EXPECT_EQ(heard({{3, "no JSON"}}), std::nullopt);
  EXPECT_EQ(heard({{3, "[]"}}), std::nullopt);
  EXPECT_EQ(heard({{0, "in"}, {4, "size"}, {255, R"({"status":"Success"})"}}), std::nullopt);
  const auto endless = heard({{3, std::string(CommandEar::longest_status + 1, '{')}});
  ASSERT_TRUE(endless);
  EXPECT_FALSE(*endless);
  const auto after = heard({{3, R"({"status":"Success"})"}, {3, "more"}, {1, "late"}});
  ASSERT_TRUE(after && *after);
  EXPECT_EQ((*after)->output, "");
}

/// Takes one request, and closes the connection.
Async<void> take_head(asio::ip::tcp::acceptor& server, std::string& head) {
  auto [failed, socket] = co_await server.async_accept(answered);
  co_await asio::async_read_until(socket, asio::dynamic_buffer(head), "\r\n\r\n", answered);
}

TEST(Requests, have_each_of_several_headers_of_one_name) {
  asio::io_context context(1);
  asio::ip::tcp::acceptor server(context, {asio::ip::address_v4::loopback(), 0});
  const std::string port = std::to_string(server.local_endpoint().port());
  Access access{
      .endpoint = {.kind = Endpoint::Kind::tcp, .address = "here", .host = "127.0.0.1", .port = port}};
  access.headers = {{"Impersonate-Group", "dev"}, {"Impersonate-Group", "ops"}};
  const auto login = std::make_shared<Login>(context.get_executor(), access);
  Channel channel(context.get_executor(), login);
  Api api(context.get_executor(), login);
  std::string of_channel, of_api;
  asio::co_spawn(context, take_head(server, of_channel), asio::detached);
  EXPECT_FALSE(http::complete(context, channel.open("/exec", "run it")).value());
  asio::co_spawn(context, take_head(server, of_api), asio::detached);
  EXPECT_FALSE(http::complete(context, api.list("pods", "a=b", std::chrono::hours(1))).value());
  for (const std::string& head : {of_channel, of_api}) {
    EXPECT_THAT(head, HasSubstr("Impersonate-Group: dev\r\n"));
    EXPECT_THAT(head, HasSubstr("Impersonate-Group: ops\r\n"));
  }
}

TEST(CommandEar, keeps_the_last_of_much_output) {
  const auto ended =
      heard({{1, std::string(plugins::kept_output, 'a')}, {2, "end"}, {3, R"({"status":"Success"})"}});
  ASSERT_TRUE(ended && *ended);
  EXPECT_EQ((*ended)->output.size(), plugins::kept_output);
  EXPECT_TRUE((*ended)->output.ends_with("aend"));
}

}  // namespace
}  // namespace dream::kubernetes
