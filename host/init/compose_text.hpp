#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <set>
#include <string>

#include "config/env_file.hpp"

/// A compose file's text as compose itself understands it. May throw YAML::Exception.
namespace dream::init {

/// What stands for `${NAME}` in compose files.
class ComposeVariables {
 public:
  /// `lenient`: what is no variable stays as it is.
  explicit ComposeVariables(config::Variables values, bool lenient = false)
      : values_(std::move(values)), lenient_(lenient) {}

  [[nodiscard]] std::optional<std::string> value(const std::string& name) const;
  /// `text` with every form of `${…}` that compose knows, and `$$`, replaced. Of a variable without a value
  /// and a default
  /// `${NAME}` is left, and its name is one of the unknown ones. Throws YAML::Exception for what is no
  /// variable.
  [[nodiscard]] std::string expanded(const std::string& text);
  [[nodiscard]] const std::set<std::string>& unknown() const { return unknown_; }
  /// Whether one of the values stands in what was expanded.
  [[nodiscard]] bool used() const { return used_; }
  [[nodiscard]] const config::Variables& values() const { return values_; }

 private:
  config::Variables values_;
  std::set<std::string> unknown_;
  bool used_ = false;
  bool lenient_ = false;
};

/// What `text` says, without aliases and merge keys (`<<`); with `variables`, with their values. Keys that
/// stand twice count once. Tags are kept: "!" is a text in quotes.
[[nodiscard]] YAML::Node read_yaml(const std::string& text, ComposeVariables* variables = nullptr);

}  // namespace dream::init
