#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
class Login {
 public:
  /// `limit` is how long a program may take; it may open a browser.
  Login(const asio::any_io_executor& executor, Access access,
        std::chrono::milliseconds limit = std::chrono::minutes(2))
      : access_(std::move(access)), endpoint_(access_.endpoint), limit_(limit), turn_(executor) {
    turn_.expires_at(asio::steady_timer::time_point::max());
  }

  /// Before each request. `refused`: what there was has been refused.
  [[nodiscard]] Async<Result<void>> prepare(bool refused);
  /// Whether another login may have another answer.
  [[nodiscard]] bool can_renew() const { return access_.program || !access_.token_file.empty(); }

  [[nodiscard]] const Access& access() const { return access_; }
  /// With the client's certificate.
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> headers() const;

 private:
  [[nodiscard]] Async<Result<void>> run_program();

  Access access_;
  Endpoint endpoint_;
  std::chrono::milliseconds limit_;
  std::string token_;
  bool asked_ = false;          ///< the program
  bool asking_ = false;         ///< one at a time
  std::int64_t expires_s_ = 0;  ///< of what it gave
  asio::steady_timer turn_;     ///< ends when the program has answered
};

}  // namespace dream::kubernetes
