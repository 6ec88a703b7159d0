#include "probe/http_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "probe/endpoints.hpp"

namespace dream::probe {

namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using Code = boost::system::error_code;

constexpr std::uint32_t most_of_a_head = 64 * 1024;
constexpr std::size_t most_of_a_body = 64 * 1024;

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
  if (error == http::error::end_of_stream || error == http::error::partial_message)
    return "closes the connection without an answer";
  if (error.category() == http::make_error_code(http::error::end_of_stream).category())
    return "doesn't answer as HTTP does: " + error.message();
  return "can't be asked: " + error.message();
}

/// With one address.
struct Exchange {
  explicit Exchange(boost::asio::io_context& context) : socket(context), rest(context) {}

  tcp::socket socket;
  boost::asio::steady_timer rest;
  boost::beast::flat_buffer buffer{most_of_a_head + most_of_a_body};
  std::optional<http::response_parser<http::buffer_body>> parser;
  std::vector<char> body;
  bool over = false;
};

}  // namespace

struct HttpRequest::State : std::enable_shared_from_this<HttpRequest::State> {
  State(boost::asio::io_context& its_context, const HttpProbe& its_probe, const Limits& its_limits,
        std::function<void(std::string)> its_done)
      : context(its_context),
        probe(its_probe),
        limits(its_limits),
        done(std::move(its_done)),
        lookup(context.get_executor()),
        limit(context),
        request(request_of(probe)) {}

  void start() {
    limit.expires_after(limits.whole);
    limit.async_wait([self = shared_from_this()](const Code& error) {
      if (error) return;
      const std::string none = "doesn't answer within " + human_duration(self->limits.whole);
      self->finish(self->answered ? self->wrong : none);
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
      Exchange& one = exchanges.emplace_back(context);
      one.socket.async_connect(endpoint, [self = shared_from_this(), &one](const Code& error) {
        if (error) return self->fail(one, error);
        http::async_write(one.socket, self->request, [self, &one](const Code& failure, std::size_t) {
          if (failure) return self->fail(one, failure);
          self->read_head(one);
        });
      });
    }
  }

  void read_head(Exchange& one) {
    one.parser.emplace();
    one.parser->header_limit(most_of_a_head);
    one.parser->body_limit(boost::none);  // what is not read is no error
    http::async_read_header(one.socket, one.buffer, *one.parser,
                            [self = shared_from_this(), &one](const Code& error, std::size_t) {
                              if (error) return self->fail(one, error);
                              const unsigned status = one.parser->get().result_int();
                              // 100 Continue and the like come before the answer.
                              if (status / 100 == 1 && status != 101) return self->read_head(one);
                              self->read_body(one, status);
                            });
  }

  void read_body(Exchange& one, unsigned status) {
    one.rest.expires_after(limits.body);
    one.rest.async_wait([self = shared_from_this(), &one, status](const Code& error) {
      if (!error) self->judge(one, status);
    });
    one.body.resize(most_of_a_body);
    one.parser->get().body().data = one.body.data();
    one.parser->get().body().size = one.body.size();
    http::async_read(
        one.socket, one.buffer, *one.parser,
        [self = shared_from_this(), &one, status](const Code&, std::size_t) { self->judge(one, status); });
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
  void fail(Exchange& one, const Code& error) {
    if (one.over) return;
    if (!answered) wrong = words_of(error);
    end(one);
  }

  void end(Exchange& one) {
    one.over = true;
    one.rest.cancel();
    Code ignored;
    one.socket.close(ignored);
    if (--left == 0) finish(wrong);
  }

  void finish(const std::string& why) {
    const auto call = stop();
    if (call) call(why);
  }

  std::function<void(std::string)> stop() {
    limit.cancel();
    lookup.cancel();
    for (Exchange& one : exchanges) {
      one.over = true;
      one.rest.cancel();
      Code ignored;
      one.socket.close(ignored);
    }
    return std::exchange(done, nullptr);
  }

  boost::asio::io_context& context;
  HttpProbe probe;
  Limits limits;
  std::function<void(std::string)> done;
  NameLookup lookup;
  boost::asio::steady_timer limit;
  http::request<http::empty_body> request;
  std::list<Exchange> exchanges;
  std::size_t left = 0;
  bool answered = false;  ///< one of them has
  std::string wrong;
};

HttpRequest::HttpRequest(boost::asio::io_context& context, const HttpProbe& probe, const Limits& limits,
                         std::function<void(std::string)> done)
    : state_(std::make_shared<State>(context, probe, limits, std::move(done))) {
  state_->start();
}

HttpRequest::~HttpRequest() {
  state_->stop();
}

}  // namespace dream::probe
