#include "probe/http_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/beast/http.hpp>
#include <list>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "probe/endpoints.hpp"
#include "probe/http_answer.hpp"

namespace dream::probe {

namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using Code = boost::system::error_code;

/// "200-399 or 503".
std::string words_of(const std::vector<HttpProbe::Statuses>& statuses) {
  std::string words;
  for (const auto& [first, last] : statuses) {
    if (!words.empty()) words += " or ";
    words += first == last ? std::to_string(first) : fmt::format("{}-{}", first, last);
  }
  return words;
}

http::request<http::empty_body> request_of(const HttpProbe& probe) {
  http::request<http::empty_body> request(http::verb::get, probe.target, 11);
  const bool bare = probe.host.find(':') == std::string::npos;
  const std::string host = bare ? probe.host : "[" + probe.host + "]";
  request.set(http::field::host, probe.port == 80 ? host : fmt::format("{}:{}", host, probe.port));
  request.set(http::field::user_agent, "dream");
  request.set(http::field::accept, "*/*");
  request.set(http::field::connection, "close");
  for (const auto& [name, value] : probe.headers) request.set(name, value);
  return request;
}

std::string words_of(const Code& error) {
  return "can't be asked: " + error.message();
}

/// With one address.
struct Exchange {
  Exchange(boost::asio::io_context& context, Clock& clock) : socket(context), rest(clock.make_alarm()) {}

  tcp::socket socket;
  std::unique_ptr<Clock::Alarm> rest;
  HttpAnswer answer;
  std::array<char, 4096> bytes{};
  bool over = false;
};

}  // namespace

struct HttpRequest::State : std::enable_shared_from_this<HttpRequest::State> {
  State(boost::asio::io_context& its_context, Clock& its_clock, HttpProbe its_probe, const Limits& its_limits,
        std::function<void(std::string)> its_done)
      : context(its_context),
        clock(its_clock),
        probe(std::move(its_probe)),
        limits(its_limits),
        done(std::move(its_done)),
        lookup(context.get_executor()),
        limit(clock.make_alarm()),
        request(request_of(probe)) {}

  void start() {
    limit->set(clock.now() + limits.whole, [this] {
      finish(answered ? wrong : "doesn't answer within " + human_duration(limits.whole));
    });
    find_endpoints(lookup, probe.host, probe.port,
                   [self = shared_from_this()](const Code& error, const Endpoints& endpoints) {
                     if (error) return self->finish(words_of(error));
                     self->ask(endpoints);
                   });
  }

  void ask(const Endpoints& endpoints) {
    if (!done) return;
    left = endpoints.size();
    for (const tcp::endpoint& endpoint : endpoints) {
      Exchange& one = exchanges.emplace_back(context, clock);
      one.socket.async_connect(endpoint, [self = shared_from_this(), &one](const Code& error) {
        if (error) return self->fail(one, error);
        if (is_connected_to_itself(one.socket))
          return self->fail(one, boost::asio::error::connection_refused);
        http::async_write(one.socket, self->request, [self, &one](const Code& failure, std::size_t) {
          if (failure) return self->fail(one, failure);
          self->read(one);
        });
      });
    }
  }

  void read(Exchange& one) {
    one.socket.async_read_some(boost::asio::buffer(one.bytes),
                               [self = shared_from_this(), &one](const Code& error, std::size_t size) {
                                 if (one.over) return;
                                 const bool known = one.answer.status().has_value();
                                 if (!one.answer.take({one.bytes.data(), size}))
                                   return self->fail(one, one.answer.wrong());
                                 const auto status = one.answer.status();
                                 if (status && (error || one.answer.is_over()))
                                   return self->judge(one, *status);
                                 if (error == boost::asio::error::eof)
                                   return self->fail(one, one.answer.wrong_at_end());
                                 if (error) return self->fail(one, error);
                                 if (status && !known) self->limit_rest(one, *status);
                                 self->read(one);
                               });
  }

  void limit_rest(Exchange& one, unsigned status) {
    one.rest->set(clock.now() + limits.body, [this, &one, status] { judge(one, status); });
  }

  void judge(Exchange& one, unsigned status) {
    const bool good = std::ranges::any_of(probe.statuses, [&](const HttpProbe::Statuses& statuses) {
      return statuses.first <= status && status <= statuses.last;
    });
    if (good) return finish({});
    if (one.over) return;
    answered = true;
    wrong = fmt::format("answers {}, not {}", status, words_of(probe.statuses));
    end(one);
  }

  /// What a server has answered says more than that another address has none.
  void fail(Exchange& one, std::string why) {
    if (one.over) return;
    if (!answered) wrong = std::move(why);
    end(one);
  }
  void fail(Exchange& one, const Code& error) { fail(one, words_of(error)); }

  void end(Exchange& one) {
    one.over = true;
    one.rest->cancel();
    Code ignored;
    one.socket.close(ignored);
    if (--left == 0) finish(wrong);
  }

  void finish(const std::string& why) {
    const auto call = stop();
    if (call) call(why);
  }

  std::function<void(std::string)> stop() {
    limit->cancel();
    lookup.cancel();
    for (Exchange& one : exchanges) {
      one.over = true;
      one.rest->cancel();
      Code ignored;
      one.socket.close(ignored);
    }
    return std::exchange(done, nullptr);
  }

  boost::asio::io_context& context;
  Clock& clock;
  HttpProbe probe;
  Limits limits;
  std::function<void(std::string)> done;
  NameLookup lookup;
  std::unique_ptr<Clock::Alarm> limit;
  http::request<http::empty_body> request;
  std::list<Exchange> exchanges;
  std::size_t left = 0;
  bool answered = false;  ///< one of them has
  std::string wrong;
};

HttpRequest::HttpRequest(boost::asio::io_context& context, Clock& clock, const HttpProbe& probe,
                         const Limits& limits, std::function<void(std::string)> done)
    : state_(std::make_shared<State>(context, clock, probe, limits, std::move(done))) {
  state_->start();
}

HttpRequest::~HttpRequest() {
  state_->stop();
}

}  // namespace dream::probe
