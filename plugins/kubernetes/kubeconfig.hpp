#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "names.hpp"

namespace dream::kubernetes {

/// A program that a kubeconfig names, which tells how to log in.
struct LoginProgram {
  std::vector<std::string> command;      ///< a program and its arguments
  std::vector<std::string> environment;  ///< NAME=VALUE, beside dream's own
  std::string api_version;
  std::string install_hint;
  bool wants_cluster = false;  ///< it is told of the cluster
};

/// A cluster, and as whom and where dream works in it.
struct Access {
  Endpoint endpoint;
  std::string prefix;      ///< of every path; the server's address may have one
  std::string name_space;  ///< where the Pods are made
  std::string context;     ///< its name, for people
  std::string files = {};  ///< where it was read
  std::string token = {};  ///< sent with each request
  std::string token_file = {};
  std::string user = {}, password = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< of each request
  std::optional<LoginProgram> program = {};
};

/// What the options say of it; each may be empty.
struct AccessOptions {
  std::string kubeconfig;  ///< a file; "~/" is the home folder
  std::string context;
  std::string name_space;

  [[nodiscard]] static AccessOptions read(std::string_view options);
};

/// The text of a kubeconfig, and where it is.
struct ConfigText {
  std::string path;
  std::string text;
};

/// The files that are read: the option's, KUBECONFIG's, or ~/.kube/config.
[[nodiscard]] std::vector<std::string> kubeconfig_files(const AccessOptions& options,
                                                        const Variables& variables);

/// As kubectl merges several: what the first one says of a name counts. `program` makes JSON of YAML.
[[nodiscard]] Result<Access> read_access(const std::vector<ConfigText>& configs, const AccessOptions& options,
                                         const std::string& program);

/// The same with the files; in a Pod without any, the cluster that it runs in.
[[nodiscard]] Result<Access> find_access(const AccessOptions& options, const Variables& variables);

}  // namespace dream::kubernetes
