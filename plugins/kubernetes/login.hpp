#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/connection.hpp"
#include "kubeconfig.hpp"

namespace dream::kubernetes {

/// What a login program has answered.
struct Credential {
  std::string token = {};
  std::string certificate = {}, key = {};  ///< PEM
  std::int64_t expires_s = 0;              ///< since 1970; 0: never
};

/// Reads an ExecCredential; a failure says what it lacks.
[[nodiscard]] Result<Credential> read_credential(std::string_view answer);

/// What the variable KUBERNETES_EXEC_INFO tells a login program.
[[nodiscard]] std::string exec_info(const Access& access);

/// As whom requests are made: shared by all that speak to the cluster on one thread, so that a login program
/// runs once, and again when what it gave is no longer good.
class Login : public std::enable_shared_from_this<Login> {
 public:
  /// `limit` is how long a program may take; it may open a browser.
  Login(const asio::any_io_executor& executor, Access access,
        std::chrono::milliseconds limit = std::chrono::minutes(2))
      : access_(std::move(access)), endpoint_(access_.endpoint), limit_(limit), turn_(executor) {
    turn_.expires_at(asio::steady_timer::time_point::max());
  }

  /// Before each request. `refused`: what there was has been refused. When nobody waits for a program any
  /// more, it is ended.
  [[nodiscard]] Async<Result<void>> prepare(bool refused);
  /// Whether another login may have another answer.
  [[nodiscard]] bool can_renew() const { return access_.program || !access_.token_file.empty(); }

  [[nodiscard]] const Access& access() const { return access_; }
  /// With the client's certificate.
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  /// How often that has changed.
  [[nodiscard]] unsigned certificates() const { return certificates_; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> headers() const;

 private:
  class Waiter;
  using Program = std::shared_ptr<http::Connection>;

  void begin_asking();
  [[nodiscard]] Async<Result<Credential>> run_program(Program connection) const;
  void take(Result<Credential> credential);

  Access access_;
  Endpoint endpoint_;
  std::chrono::milliseconds limit_;
  std::string token_;
  Program asking_;              ///< the program that runs
  int waiting_ = 0;             ///< who waits for it
  Result<void> outcome_;        ///< of the last one
  bool asked_ = false;          ///< it has given something
  std::int64_t expires_s_ = 0;  ///< of what it gave
  unsigned certificates_ = 0;
  asio::steady_timer turn_;  ///< ends when the program has answered
};

}  // namespace dream::kubernetes
