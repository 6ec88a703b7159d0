#include "probe/connect.hpp"

#include <array>
#include <list>
#include <utility>

#include "probe/endpoints.hpp"
#include "probe/schedule.hpp"

namespace dream::probe {

namespace {

using boost::asio::ip::tcp;
using Code = boost::system::error_code;

/// How long a connection has to stay to be no proxy's.
constexpr auto stays = std::chrono::milliseconds(100);

}  // namespace

struct Connection::State : std::enable_shared_from_this<Connection::State> {
  State(boost::asio::io_context& its_context, Clock& its_clock, Connected its_counts,
        std::function<void(std::string)> its_done)
      : context(its_context),
        clock(its_clock),
        lookup(context.get_executor()),
        limit(clock.make_alarm()),
        counts(its_counts),
        done(std::move(its_done)) {}

  void start(const std::string& host, std::uint16_t port) {
    limit->set(clock.now() + longest_try, [this] { finish("no answer within 5 s"); });
    find_endpoints(lookup, host, port,
                   [self = shared_from_this()](const Code& error, const Endpoints& endpoints) {
                     if (error) return self->finish(error.message());
                     self->connect(endpoints);
                   });
  }

  void connect(const Endpoints& endpoints) {
    if (!done) return;
    left = endpoints.size();
    for (const tcp::endpoint& endpoint : endpoints) {
      tcp::socket& socket = sockets.emplace_back(context);
      socket.async_connect(endpoint, [self = shared_from_this(), &socket](const Code& error) {
        if (error)
          self->fail(error.message());
        else if (is_connected_to_itself(socket))
          self->fail(Code(boost::asio::error::connection_refused).message());
        else
          self->connected(socket);
      });
    }
  }

  void connected(tcp::socket& socket) {
    if (counts == Connected::at_once) return finish({});
    Clock::Alarm& stayed = *alarms.emplace_back(clock.make_alarm());
    stayed.set(clock.now() + stays, [this] { finish({}); });
    socket.async_read_some(boost::asio::buffer(byte),
                           [self = shared_from_this(), &stayed](const Code& error, std::size_t) {
                             if (!error) return self->finish({});
                             stayed.cancel();
                             self->fail("the connection is closed at once");
                           });
  }

  void fail(const std::string& why) {
    if (--left == 0) finish(why);
  }

  void finish(const std::string& why) {
    const auto call = stop();
    if (call) call(why);
  }

  std::function<void(std::string)> stop() {
    Code ignored;
    limit->cancel();
    lookup.cancel();
    for (const auto& alarm : alarms) alarm->cancel();
    for (tcp::socket& socket : sockets) socket.close(ignored);
    return std::exchange(done, nullptr);
  }

  boost::asio::io_context& context;
  Clock& clock;
  NameLookup lookup;
  std::unique_ptr<Clock::Alarm> limit;
  Connected counts;
  std::function<void(std::string)> done;
  std::list<tcp::socket> sockets;
  std::list<std::unique_ptr<Clock::Alarm>> alarms;
  std::array<char, 1> byte{};
  std::size_t left = 0;
};

Connection::Connection(boost::asio::io_context& context, Clock& clock, const std::string& host,
                       std::uint16_t port, Connected counts, std::function<void(std::string)> done)
    : state_(std::make_shared<State>(context, clock, counts, std::move(done))) {
  state_->start(host, port);
}

Connection::~Connection() {
  state_->stop();
}

}  // namespace dream::probe
