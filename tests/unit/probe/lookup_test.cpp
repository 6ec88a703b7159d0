#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "probe/connect.hpp"
#include "probe/http_request.hpp"
#include "support/no_threads.hpp"
#include "support/silent_names.hpp"

namespace dream::probe {
namespace {

using boost::asio::ip::tcp;

/// Who tells a probe how it went; waits for that.
struct Told {
  std::optional<std::string> wrong;

  [[nodiscard]] std::function<void(std::string)> here() {
    return [this](std::string why) { wrong = std::move(why); };
  }
  const std::string& after(boost::asio::io_context& context) {
    while (!wrong) context.run_one();
    return *wrong;
  }
};

struct LookupTest : testing::Test {
  boost::asio::io_context context;
  SteadyClock clock{context};
  tcp::acceptor server{context, {boost::asio::ip::address_v4::loopback(), 0}};
  std::uint16_t port = server.local_endpoint().port();
};

TEST_F(LookupTest, of_one_name_that_hangs_keeps_no_other_from_its_answer) {
  name_servers().be_silent("one.test");
  Told one;
  const Connection connection(context, clock, "one.test", port, Connected::at_once, one.here());
  name_servers().wait_until_asked("one.test");
  Told other;
  const Connection beside(context, clock, "other.test", port, Connected::at_once, other.here());
  EXPECT_EQ(other.after(context), "");
  EXPECT_FALSE(one.wrong);
}

TEST_F(LookupTest, that_hangs_is_not_waited_for_at_the_end) {
  name_servers().be_silent("end.test");
  {
    boost::asio::io_context other;
    SteadyClock other_clock{other};
    Told told;
    const Connection connection(other, other_clock, "end.test", port, Connected::at_once, told.here());
    const HttpRequest request(other, other_clock, HttpProbe{.url = "URL", .host = "end.test", .port = port},
                              {}, told.here());
    name_servers().wait_until_asked("end.test");
    other.poll();
  }
  EXPECT_EQ(name_servers().times_asked("end.test"), 1);
}

TEST_F(LookupTest, that_takes_longer_than_a_try_is_of_use_to_the_next_one) {
  name_servers().be_silent("slow.test");
  Told first;
  auto connection =
      std::make_unique<Connection>(context, clock, "slow.test", port, Connected::at_once, first.here());
  name_servers().wait_until_asked("slow.test");
  Told second;
  connection =
      std::make_unique<Connection>(context, clock, "slow.test", port, Connected::at_once, second.here());
  name_servers().answer("slow.test");
  EXPECT_EQ(second.after(context), "");
  EXPECT_FALSE(first.wrong);
  EXPECT_EQ(name_servers().times_asked("slow.test"), 1);
}

TEST_F(LookupTest, of_a_number_or_localhost_needs_no_thread) {
  const NoThreads none;
  for (const char* host : {"127.0.0.1", "localhost"}) {
    Told told;
    const Connection connection(context, clock, host, port, Connected::at_once, told.here());
    EXPECT_EQ(told.after(context), "") << host;
  }
  Told told;
  const Connection connection(context, clock, "none.test", port, Connected::at_once, told.here());
  EXPECT_EQ(told.after(context), "Resource temporarily unavailable");
}

}  // namespace
}  // namespace dream::probe
