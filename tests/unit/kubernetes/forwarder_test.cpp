#include "forwarder.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "support/free_port.hpp"

namespace dream::kubernetes {
namespace {

TEST(ForwardedPort, is_one_of_this_machine_and_one_of_the_pod) {
  EXPECT_EQ(read_port("8080:80"), (ForwardedPort{8080, 80}));
  EXPECT_EQ(read_port("9000"), (ForwardedPort{9000, 9000}));
  EXPECT_EQ(read_port("1:65535"), (ForwardedPort{1, 65535}));
  EXPECT_EQ(read_port("10.0.0.5:8080:80"), (ForwardedPort{8080, 80, asio::ip::make_address("10.0.0.5")}));
  EXPECT_EQ(read_port("[::1]:8080:80"), (ForwardedPort{8080, 80, asio::ip::make_address("::1")}));
  EXPECT_EQ(read_port("127.0.0.1:80:80"), read_port("80"));
  for (const char* none :
       {"", ":", "80:", ":80", "0", "0:80", "80:0", "65536", "80:65536", "-1", "+1", "80x", " 80"})
    EXPECT_EQ(read_port(none), std::nullopt) << none;
  for (const char* none : {"8080:80:80", "127.0.0.1:80", "10.0.0.5::80", "here:80:80", "[::1]:80", ":80:80",
                           "[]:80:80", "10.0.0.5:80:80:80"})
    EXPECT_EQ(read_port(none), std::nullopt) << none;
}

TEST(ForwardEar, drops_the_number_with_which_each_stream_begins) {
  ForwardEar ear;
  EXPECT_EQ(ear.take({forward_data, "\x50"}), "");
  EXPECT_EQ(ear.take({forward_error, std::string("\x50\0refused", 9)}), "refused");
  EXPECT_EQ(ear.take({forward_data, ""}), "");
  EXPECT_EQ(ear.take({forward_data, std::string("\0a", 2)}), "a");
  EXPECT_EQ(ear.take({forward_data, "bc"}), "bc");
  EXPECT_EQ(ear.take({forward_error, "more"}), "more");
  EXPECT_EQ(ear.take({255, "x"}), "") << "of a stream that nobody has asked for, too";
}

/// Forwards one connection to a port whose server speaks first, and tells when it has ended.
Async<void> serve_a_greeting(asio::ip::tcp::acceptor& server, bool& ended) {
  auto [failed, socket] = co_await server.async_accept(answered);
  boost::beast::websocket::stream<asio::ip::tcp::socket> stream(std::move(socket));
  stream.set_option(
      boost::beast::websocket::stream_base::decorator([](boost::beast::websocket::response_type& response) {
        response.set(boost::beast::http::field::sec_websocket_protocol, "v4.channel.k8s.io");
      }));
  co_await stream.async_accept(answered);
  stream.binary(true);
  for (const std::string& message : {std::string("\0\x50\0", 3), std::string("\0hello", 6)})
    co_await stream.async_write(asio::buffer(message), answered);
  boost::beast::flat_buffer buffer;
  while (true) {
    const auto [error, bytes] = co_await stream.async_read(buffer, answered);
    if (error) break;
  }
  ended = true;
}

TEST(Forwarder, says_which_address_it_can_not_listen_at) {
  asio::io_context context(1);
  const ForwardedPort port{8080, 80, asio::ip::make_address("192.0.2.1")};
  const auto forwarder = std::make_shared<Forwarder>(
      context.get_executor(), std::make_shared<Login>(context.get_executor(), Access{}), "/pod", port,
      [](const std::string& text) { ADD_FAILURE() << text; });
  const Result<void> checked = forwarder->check();
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.failure().message,
            "port 8080 of 192.0.2.1 can't be listened on: Cannot assign requested address");
}

TEST(Forwarder, that_has_found_a_server_leaves_it_alone_until_somebody_connects) {
  asio::io_context context(1);
  asio::ip::tcp::acceptor server(context, {asio::ip::address_v4::loopback(), 0});
  const ForwardedPort port{free_port(), 80};
  Access access{.endpoint = {.kind = Endpoint::Kind::tcp,
                             .address = "here",
                             .host = "127.0.0.1",
                             .port = std::to_string(server.local_endpoint().port())}};
  bool ended = false;
  asio::co_spawn(context, serve_a_greeting(server, ended), asio::detached);
  const auto forwarder = std::make_shared<Forwarder>(
      context.get_executor(), std::make_shared<Login>(context.get_executor(), access), "/pod", port,
      [](const std::string& text) { ADD_FAILURE() << text; });
  forwarder->begin();
  while (!ended && context.run_one_for(std::chrono::seconds(30)) > 0) {
  }
  EXPECT_TRUE(ended);
  forwarder->close();
  context.run();
}

}  // namespace
}  // namespace dream::kubernetes
