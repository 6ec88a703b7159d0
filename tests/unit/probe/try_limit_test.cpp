#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <optional>

#include "probe/connect.hpp"
#include "probe/kind.hpp"
#include "support/fake_clock.hpp"
#include "support/temporary_folder.hpp"

namespace dream::probe {
namespace {

using boost::asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

/// How long a try may take is a time of the run's clock, which stands still while dream is stopped. Here it
/// moves only when the test says so.
class TryLimit : public testing::Test {
 protected:
  Subject subject() {
    return {.context = context,
            .clock = clock,
            .supervisor = supervisor,
            .pid = [] { return 0; },
            .directory = folder.path().string(),
            .environment = std::make_shared<const std::vector<std::string>>()};
  }
  template <class Probe>
  std::string words_after_the_limit(const Probe& probe, const Subject& of) {
    const std::unique_ptr<Kind> kind = make(probe, of);
    std::optional<Finding> found;
    kind->look([&](Finding finding) { found = std::move(finding); });
    EXPECT_FALSE(clock.pass_until(begin + longest_try - milliseconds(1)));
    EXPECT_TRUE(clock.pass_until(begin + longest_try));
    while (!found) context.run_one();
    return found->error.message;
  }

  FakeClock clock;
  boost::asio::io_context context;
  process::Supervisor supervisor{context};
  TemporaryFolder folder;
  Instant begin = clock.now();
};

TEST_F(TryLimit, of_a_command) {
  EXPECT_THAT(words_after_the_limit(ExecProbe{"exec sleep 1000"}, subject()),
              HasSubstr("takes longer than 5 s"));
}

TEST_F(TryLimit, of_a_command_where_the_step_lives) {
  Subject elsewhere = subject();
  elsewhere.inside = [](const auto&, Duration, const auto&) { return Result<void>(); };
  EXPECT_THAT(words_after_the_limit(ExecProbe{"x"}, elsewhere), HasSubstr("takes longer than 5 s"));
}

TEST_F(TryLimit, of_a_request) {
  const tcp::acceptor silent(context, {boost::asio::ip::address_v4::loopback(), 0});
  const HttpProbe probe{
      .url = "URL", .host = "127.0.0.1", .port = silent.local_endpoint().port(), .target = "/"};
  EXPECT_EQ(words_after_the_limit(probe, subject()), "URL doesn't answer within 5.0 s");
}

TEST_F(TryLimit, of_a_connection) {
  std::optional<std::string> why;
  const Connection connection(context, clock, "localhost", 1, Connected::at_once,
                              [&](std::string its_why) { why = std::move(its_why); });
  EXPECT_FALSE(clock.pass_until(begin + longest_try - milliseconds(1)));
  EXPECT_FALSE(why);
  EXPECT_TRUE(clock.pass_until(begin + longest_try));
  EXPECT_EQ(why, "no answer within 5 s");
}

TEST_F(TryLimit, of_what_a_connection_has_to_stay) {
  tcp::acceptor server(context, {boost::asio::ip::address_v4::loopback(), 0});
  tcp::socket accepted(context);
  bool is_accepted = false;
  server.async_accept(accepted, [&](const auto&) { is_accepted = true; });
  std::optional<std::string> why;
  const Connection connection(context, clock, "127.0.0.1", server.local_endpoint().port(),
                              Connected::if_it_stays, [&](std::string its_why) { why = std::move(its_why); });
  while (!is_accepted) context.run_one();
  while (context.poll() > 0) {
  }
  EXPECT_FALSE(clock.pass_until(begin + milliseconds(99)));
  EXPECT_FALSE(why);
  EXPECT_TRUE(clock.pass_until(begin + milliseconds(100)));
  EXPECT_EQ(why, "");
}

}  // namespace
}  // namespace dream::probe
