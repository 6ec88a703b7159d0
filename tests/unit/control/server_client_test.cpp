#include "control/server_client.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <thread>

#include "base/clock.hpp"

namespace dream::control {
namespace {

/// All that comes through a socket until its other end is closed.
std::string read_all_of(Client::Socket& socket) {
  std::string all;
  std::array<char, 4096> buffer{};
  boost::system::error_code over;
  while (!over) all.append(buffer.data(), socket.read_some(boost::asio::buffer(buffer), over));
  return all;
}

struct ServerClient : testing::Test {
  ServerClient() { boost::asio::local::connect_pair(own, other); }

  boost::asio::io_context context;
  Client::Socket own{context};
  Client::Socket other{context};
};

TEST_F(ServerClient, one_that_reads_gets_a_long_answer_whole_though_the_run_ends) {
  const auto client = std::make_shared<Client>(std::move(own), Client::Hear{});
  const std::string answer(3 * Client::most_unread, 'x');
  client->send(answer);
  std::string read;
  std::thread reader([&] { read = read_all_of(other); });
  client->send_rest("over\n", read_clock() + std::chrono::hours(1));
  client->leave();
  reader.join();
  EXPECT_TRUE(read == answer + "over\n") << read.size();
}

TEST_F(ServerClient, one_that_does_not_read_is_dropped_when_more_is_to_be_sent) {
  const auto client = std::make_shared<Client>(std::move(own), Client::Hear{});
  client->send(std::string(3 * Client::most_unread, 'x'));
  client->send({});
  EXPECT_FALSE(client->gone()) << "one answer may be longer";
  client->send("more\n");
  EXPECT_TRUE(client->gone());
}

}  // namespace
}  // namespace dream::control
