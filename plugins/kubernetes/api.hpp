#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "login.hpp"

namespace dream::kubernetes {

/// One connection to an API server: one request at a time. What is refused comes back as a Failure.
class Api {
 public:
  using Limit = http::HttpClient::Limit;
  using OnPiece = http::HttpClient::OnPiece;

  Api(const asio::any_io_executor& executor, std::shared_ptr<Login> login)
      : executor_(executor), login_(std::move(login)), pause_(executor), leave_(executor) {}

  static constexpr unsigned not_found = 404;
  static constexpr unsigned conflict = 409;

  /// `kind` is a plural in lower case: "pods". False: it is there already.
  [[nodiscard]] Async<Result<bool>> create(std::string kind, std::string body);
  /// Its JSON; nothing when there is none.
  [[nodiscard]] Async<Result<std::optional<std::string>>> get(std::string path, Limit limit = answer_limit);
  /// `grace_s`: what it has to end by itself; 0: it is gone at once. One that doesn't exist is no failure.
  [[nodiscard]] Async<Result<void>> remove(std::string kind, std::string name, std::int64_t grace_s,
                                           Limit limit = answer_limit);
  /// The names of those that have this label.
  [[nodiscard]] Async<Result<std::vector<std::string>>> list(std::string kind, std::string selector,
                                                             Limit limit = answer_limit);
  /// Whatever comes over time, to its end.
  [[nodiscard]] Async<Result<void>> follow(std::string path, std::string what, OnPiece on_piece,
                                           Limit silence = {});

  /// "/api/v1/namespaces/NAME/pods"
  [[nodiscard]] std::string path_of(const std::string& kind) const;

  /// How long a server is waited for that doesn't answer, and one that has too much to do; at first neither.
  void be_patient(std::chrono::milliseconds absent, std::chrono::milliseconds busy) {
    absent_patience_ = absent;
    busy_patience_ = busy;
  }
  void be_patient(std::chrono::milliseconds patience) { be_patient(patience, patience); }
  /// Gives up what is only waited for: another try, a login program. From now on a login has the time of its
  /// request.
  void hurry();
  /// Makes sure that requests can be made, before the first one.
  [[nodiscard]] Async<Result<void>> log_in() { return log_in(false, {}); }
  /// The last call has failed in a way that leaves open whether the server has done it.
  [[nodiscard]] bool may_have_done_it() const { return open_question_; }
  /// Ends what is going on; it fails. A later call makes a new connection.
  void close();
  [[nodiscard]] const asio::any_io_executor& executor() const { return executor_; }
  [[nodiscard]] const Access& access() const { return login_->access(); }

  static constexpr std::chrono::milliseconds answer_limit = http::HttpClient::answer_limit;

 private:
  /// A call whose refusal, but for `fine`, is a Failure: the server can't do `what`.
  [[nodiscard]] Async<Result<Response>> ask(Request request, std::string what, Limit limit, unsigned fine);
  [[nodiscard]] Async<Result<Response>> ask_once(Request request, const OnPiece& on_piece, Limit limit);
  [[nodiscard]] Async<Result<void>> log_in(bool refused, Limit limit);
  [[nodiscard]] std::chrono::milliseconds patience_after(const Result<Response>& answer) const {
    return answer ? busy_patience_ : absent_patience_;
  }
  [[nodiscard]] Async<Result<Response>> send(Request request, const OnPiece& on_piece, Limit limit,
                                             bool refused);

  asio::any_io_executor executor_;
  std::shared_ptr<Login> login_;
  std::optional<http::HttpClient> http_;
  unsigned certificates_ = 0;  ///< of the login, when that was made
  std::chrono::milliseconds absent_patience_{0}, busy_patience_{0};
  asio::steady_timer pause_;
  asio::steady_timer leave_;  ///< ends when a login is given up
  bool hurries_ = false;
  bool sent_ = false;  ///< the last request
  bool open_question_ = false;
  unsigned closed_ = 0;  ///< how often
};

}  // namespace dream::kubernetes
