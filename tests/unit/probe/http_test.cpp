#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <list>
#include <optional>

#include "probe/http_request.hpp"
#include "probe/kind.hpp"
#include "support/free_port.hpp"

namespace dream::probe {
namespace {

using boost::asio::ip::tcp;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using Code = boost::system::error_code;

/// Answers each connection with the next of `answers`; the last one is for all that follow. At the other
/// family's same number there is nobody.
class Server {
 public:
  enum class Then : std::uint8_t { close, reset, stay, go_on };
  struct Answer {
    std::string bytes;
    Then then = Then::close;
  };

  Server(boost::asio::io_context& context, const boost::asio::ip::address& address)
      : acceptor_(context, {address, free_port()}) {
    accept();
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  std::deque<Answer> answers;
  std::vector<std::string> requests;
  int gone = 0;  ///< connections that the other end has closed

 private:
  struct Client {
    explicit Client(tcp::socket its_socket) : socket(std::move(its_socket)) {}
    tcp::socket socket;
    std::string request;
    Answer answer;
  };

  void accept() {
    acceptor_.async_accept([this](const Code& error, tcp::socket socket) {
      if (error) return;
      Client& client = clients_.emplace_back(std::move(socket));
      client.answer = answers.front();
      if (answers.size() > 1) answers.pop_front();
      boost::asio::async_read_until(client.socket, boost::asio::dynamic_buffer(client.request), "\r\n\r\n",
                                    [this, &client](const Code& failure, std::size_t) {
                                      if (failure) return;
                                      requests.push_back(client.request);
                                      write(client);
                                    });
      accept();
    });
  }
  void write(Client& client) {
    boost::asio::async_write(client.socket, boost::asio::buffer(client.answer.bytes),
                             [this, &client](const Code& failure, std::size_t) {
                               if (failure) {
                                 ++gone;
                               } else if (client.answer.then == Then::go_on) {
                                 client.answer.bytes.assign(4096, 'x');
                                 write(client);
                               } else if (client.answer.then == Then::stay) {
                                 await_end(client);
                               } else {
                                 if (client.answer.then == Then::reset)
                                   client.socket.set_option(boost::asio::socket_base::linger(true, 0));
                                 client.socket.close();
                               }
                             });
  }
  void await_end(Client& client) {
    client.socket.async_read_some(boost::asio::buffer(client.request),
                                  [this](const Code& failure, std::size_t) {
                                    if (failure) ++gone;
                                  });
  }

  tcp::acceptor acceptor_;
  std::list<Client> clients_;
};

const boost::asio::ip::address v4 = boost::asio::ip::address_v4::loopback();
const boost::asio::ip::address v6 = boost::asio::ip::address_v6::loopback();
constexpr Duration for_ever = std::chrono::hours(1);
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::string unavailable = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

class HttpTest : public testing::Test {
 protected:
  HttpProbe probe_of(const Server& server, const std::string& host = "localhost") {
    return {.url = "URL", .host = host, .port = server.port(), .target = "/health?a=b"};
  }
  /// What is wrong; "passed".
  std::string ask(const HttpProbe& probe, const HttpRequest::Limits& limits = {for_ever, for_ever}) {
    std::optional<std::string> wrong;
    const HttpRequest request(context, clock, probe, limits, [&](const std::string& why) {
      EXPECT_FALSE(wrong) << "told twice";
      wrong = why;
    });
    while (!wrong) context.run_one();
    return wrong->empty() ? "passed" : *wrong;
  }

  boost::asio::io_context context;
  SteadyClock clock{context};
};

TEST_F(HttpTest, asks_either_family_until_the_answer_is_good) {
  for (const auto& address : {v4, v6}) {
    Server server(context, address);
    server.answers = {{unavailable}, {ok}};
    EXPECT_EQ(ask(probe_of(server)), "answers 503, not 200-399");
    EXPECT_EQ(ask(probe_of(server)), "passed");
    EXPECT_EQ(ask(probe_of(server, address == v4 ? "127.0.0.1" : "::1")), "passed");
    EXPECT_EQ(ask(probe_of(server, address == v4 ? "::1" : "127.0.0.1")),
              "can't be asked: Connection refused");
  }
}

TEST_F(HttpTest, takes_the_better_of_two_answers) {
  Server four(context, v4);
  four.answers = {{unavailable, Server::Then::stay}};
  HttpProbe probe = probe_of(four);
  EXPECT_EQ(ask(probe), "answers 503, not 200-399") << "that nobody is at ::1 says less";
}

TEST_F(HttpTest, says_who_it_is_and_what_is_asked_for) {
  Server server(context, v6);
  server.answers = {{ok}};
  HttpProbe probe = probe_of(server, "::1");
  probe.headers = {{"Accept", "text/html"}, {"X-Key", "a b"}};
  EXPECT_EQ(ask(probe), "passed");
  EXPECT_THAT(server.requests.front(),
              AllOf(StartsWith("GET /health?a=b HTTP/1.1\r\n"),
                    HasSubstr("\r\nHost: [::1]:" + std::to_string(server.port()) + "\r\n"),
                    HasSubstr("\r\nUser-Agent: dream\r\n"), HasSubstr("\r\nConnection: close\r\n"),
                    HasSubstr("\r\nAccept: text/html\r\n"), HasSubstr("\r\nX-Key: a b\r\n")));
}

TEST_F(HttpTest, passes_with_the_statuses_that_are_asked_for_and_follows_no_redirect) {
  Server server(context, v4);
  server.answers = {{"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"}};
  HttpProbe probe = probe_of(server);
  EXPECT_EQ(ask(probe), "passed");
  EXPECT_EQ(server.requests.size(), 1U);
  probe.statuses = {{200, 299}, {404, 404}};
  EXPECT_EQ(ask(probe), "answers 302, not 200-299 or 404");
  probe.statuses = {{404, 404}, {302, 302}};
  EXPECT_EQ(ask(probe), "passed");
}

TEST_F(HttpTest, takes_no_announcement_for_the_answer) {
  Server server(context, v4);
  server.answers = {{"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + ok}};
  EXPECT_EQ(ask(probe_of(server)), "passed");
}

TEST_F(HttpTest, waits_no_longer_than_its_limit_for_an_answer) {
  Server server(context, v4);
  server.answers = {{"", Server::Then::stay}, {"HTTP/1.1 200 OK\r\nX: ", Server::Then::stay}};
  const HttpRequest::Limits limits{std::chrono::milliseconds(20), for_ever};
  EXPECT_EQ(ask(probe_of(server), limits), "doesn't answer within 20 ms");
  EXPECT_EQ(ask(probe_of(server), limits), "doesn't answer within 20 ms");
  while (server.gone < 2) context.run_one();
}

TEST_F(HttpTest, reads_no_more_of_an_endless_answer_than_its_limits) {
  Server server(context, v4);
  server.answers = {{"HTTP/1.1 200 OK\r\n\r\n", Server::Then::go_on},
                    {"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551614\r\n\r\n", Server::Then::go_on},
                    {"HTTP/1.1 200 OK\r\nX: ", Server::Then::go_on}};
  EXPECT_EQ(ask(probe_of(server)), "passed");
  EXPECT_EQ(ask(probe_of(server)), "passed");
  EXPECT_THAT(ask(probe_of(server)), StartsWith("doesn't answer as HTTP does: "));
  while (server.gone < 3) context.run_one();
}

TEST_F(HttpTest, does_not_wait_for_the_end_of_a_quiet_stream) {
  Server server(context, v4);
  server.answers = {
      {"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n", Server::Then::stay}};
  EXPECT_EQ(ask(probe_of(server), {for_ever, std::chrono::milliseconds(1)}), "passed");
}

TEST_F(HttpTest, says_what_a_server_does_instead_of_answering) {
  Server server(context, v4);
  server.answers = {{""},
                    {"", Server::Then::reset},
                    {"220 smtp ready\r\n\r\n"},
                    {"HTTP/1.1 200 OK\r\nX"},
                    {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1", Server::Then::reset}};
  EXPECT_EQ(ask(probe_of(server)), "closes the connection without an answer");
  EXPECT_EQ(ask(probe_of(server)), "can't be asked: Connection reset by peer");
  EXPECT_THAT(ask(probe_of(server)), StartsWith("doesn't answer as HTTP does: "));
  EXPECT_EQ(ask(probe_of(server)), "closes the connection without an answer");
  EXPECT_EQ(ask(probe_of(server)), "passed") << "the status was there";
}

TEST_F(HttpTest, takes_what_other_clients_take) {
  for (const char* answer : {
           "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",  // no reason
           "HTTP/1.0 200 OK\nContent-Type: a\n\nhi",     // no \\r
           "HTTP/2.0 200 OK\r\n\r\n",                    // a later version
           "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nBad Header : x\r\nX: caf\xe9\r\n folded\r\nno colon\r\n\r\n",
           "HTTP/1.1 204 No Content\r\n\r\n",
       }) {
    Server server(context, v4);
    server.answers = {{answer}};
    EXPECT_EQ(ask(probe_of(server)), "passed") << answer;
  }
}

TEST_F(HttpTest, waits_for_nothing_behind_an_answer_that_says_how_long_it_is) {
  Server server(context, v4);
  server.answers = {{ok, Server::Then::stay}, {"HTTP/1.1 204 No Content\r\n\r\n", Server::Then::stay}};
  EXPECT_EQ(ask(probe_of(server)), "passed");
  EXPECT_EQ(ask(probe_of(server)), "passed");
}

TEST_F(HttpTest, says_which_line_is_none_of_http) {
  Server server(context, v4);
  server.answers = {{"220 smtp ready\r\n", Server::Then::stay}, {"hello"}, {"HTTP/1.1 OK\r\n\r\n"}};
  EXPECT_EQ(ask(probe_of(server)), "doesn't answer as HTTP does: its first line is \"220 smtp ready\"");
  EXPECT_EQ(ask(probe_of(server)), "doesn't answer as HTTP does: its first line is \"hello\"");
  EXPECT_EQ(ask(probe_of(server)), "doesn't answer as HTTP does: its first line is \"HTTP/1.1 OK\"");
}

TEST_F(HttpTest, is_a_kind_of_probe_that_names_its_url) {
  Server server(context, v4);
  server.answers = {{unavailable}, {ok}};
  process::Supervisor supervisor(context);
  const std::unique_ptr<Kind> kind = make(probe_of(server), Subject{.context = context,
                                                                    .clock = clock,
                                                                    .supervisor = supervisor,
                                                                    .pid = [] { return 0; },
                                                                    .directory = "/",
                                                                    .environment = nullptr});
  std::vector<std::string> found;
  const auto take = [&](const Finding& finding) {
    found.push_back(finding.verdict == Finding::Verdict::passed ? "passed" : finding.error.message);
  };
  kind->look(take);
  while (found.empty()) context.run_one();
  kind->look(take);
  while (found.size() < 2) context.run_one();
  EXPECT_THAT(found, testing::ElementsAre("URL answers 503, not 200-399", "passed"));
}

}  // namespace
}  // namespace dream::probe
