#include "control/server.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <memory>

#include "support/temporary_folder.hpp"
#include "unit/control/told_run.hpp"

namespace dream::control {
namespace {

using Connection = boost::asio::local::stream_protocol::socket;

/// Of what has come through it: something; false: its other end was closed.
bool got_something(Connection& connection) {
  std::array<char, 1> byte{};
  boost::system::error_code over;
  return connection.read_some(boost::asio::buffer(byte), over) > 0;
}

TEST(Server, that_has_ended_welcomes_nobody_who_was_accepted_just_before) {
  const TemporaryFolder folder;
  const Plan plan = stack();
  boost::asio::io_context context;
  auto server = std::make_unique<Server>(
      context, plan, Server::Settings{.session = "1", .root = "/", .socket = folder.path() / "run"},
      RunAccess{}, [] { return Instant{}; });
  ASSERT_TRUE(server->begin(Instant{}));
  const std::vector<engine::Outcome> outcomes(plan.steps.size());
  server->report(Instant{}, engine::Start{{at(0), 1}}, outcomes);
  context.poll();  // it listens

  Connection first(context);
  Connection second(context);
  for (Connection* connection : {&first, &second}) connection->connect((folder.path() / "run").string());
  context.restart();
  context.poll_one();  // the first is welcome; the second is accepted
  EXPECT_TRUE(got_something(first));
  server.reset();
  context.poll();
  EXPECT_FALSE(got_something(second));
}

}  // namespace
}  // namespace dream::control
