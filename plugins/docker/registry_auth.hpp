#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "http/base64.hpp"
#include "transport.hpp"

namespace dream::docker {

using http::base64_decode;
using http::base64_encode;

/// What was found of the passwords of registries.
struct Authorization {
  std::string header = {};   ///< empty: nothing is stored
  std::string trouble = {};  ///< why a credential helper couldn't be asked, and what to do; may be empty
};

/// What is known for a registry; any of it may be empty.
struct Credentials {
  std::string user, password, token;
  [[nodiscard]] bool empty() const { return user.empty() && token.empty(); }
};

/// Finds what `docker login` has stored for registries, where docker's own client looks for it: in the
/// credential helper of the registry, else in the one for all, else in docker's configuration.
class RegistryLogins {
 public:
  /// `folder` is docker's configuration; `limit` is how long a helper may take.
  RegistryLogins(asio::any_io_executor executor, std::string folder,
                 std::chrono::milliseconds limit = helper_limit)
      : executor_(std::move(executor)), folder_(std::move(folder)), limit_(limit) {}

  /// The header X-Registry-Auth for an image.
  [[nodiscard]] Async<Authorization> find(std::string image);
  /// The header X-Registry-Config for a build: everything that is stored. Of helpers those of the registries
  /// are asked that this Dockerfile may pull from, all together no longer than one may take.
  [[nodiscard]] Async<Authorization> find_all(std::string dockerfile);
  /// Ends a helper that is being asked, and asks no other.
  void close();

  static constexpr std::chrono::seconds helper_limit{30};

 private:
  struct Answer {
    std::string text;
    error_code error;       ///< eof: it has said everything
    std::string complaint;  ///< its last words on standard error, or why it failed
  };

  [[nodiscard]] Async<Credentials> find(const Json& configuration, const std::string& registry,
                                        std::chrono::milliseconds limit, std::string& trouble);
  [[nodiscard]] Async<Answer> ask(std::string program, std::string registry, std::chrono::milliseconds limit);
  [[nodiscard]] std::string trouble_of(const std::string& program, const Answer& answer) const;

  asio::any_io_executor executor_;
  std::string folder_;
  std::chrono::milliseconds limit_;
  std::shared_ptr<Connection> helper_;
  bool closed_ = false;
};

/// The registry of an image as docker's configuration names it.
[[nodiscard]] std::string registry_of(std::string_view image);

/// The registries that a build pulls images from; nullopt: only the builder knows, as a variable is in a
/// name.
[[nodiscard]] std::optional<std::set<std::string>> registries_of(const std::string& dockerfile);

}  // namespace dream::docker
