#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "http/base64.hpp"
#include "transport.hpp"

namespace dream::docker {

using http::base64_decode;
using http::base64_encode;

/// What was found of a registry's password.
struct Authorization {
  std::string header = {};   ///< X-Registry-Auth; empty: nothing is stored
  std::string trouble = {};  ///< why a credential helper couldn't be asked, and what to do; may be empty
};

/// Finds what `docker login` has stored for a registry: in docker's configuration, or in the credential
/// helper that it names.
class PullAuthorization {
 public:
  /// `folder` is docker's configuration; `limit` is how long a helper may take.
  PullAuthorization(asio::any_io_executor executor, std::string folder,
                    std::chrono::milliseconds limit = helper_limit)
      : executor_(std::move(executor)), folder_(std::move(folder)), limit_(limit) {}

  [[nodiscard]] Async<Authorization> find(std::string image);
  /// Ends a helper that is being asked.
  void close();

  static constexpr std::chrono::seconds helper_limit{30};

 private:
  struct Answer {
    std::string text;
    error_code error;       ///< eof: it has said everything
    std::string complaint;  ///< its last words on standard error
  };

  [[nodiscard]] Async<Answer> ask(std::string program, std::string registry);
  [[nodiscard]] std::string trouble_of(const std::string& program, const Answer& answer) const;

  asio::any_io_executor executor_;
  std::string folder_;
  std::chrono::milliseconds limit_;
  std::shared_ptr<Connection> helper_;
};

/// The registry of an image as docker's configuration names it.
[[nodiscard]] std::string registry_of(std::string_view image);

/// The header X-Registry-Config for a build: everything that `folder` itself has stored.
[[nodiscard]] std::string build_authorization(const std::string& folder);

}  // namespace dream::docker
