#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/env_file.hpp"

/// A compose file's text as compose itself understands it. May throw YAML::Exception.
namespace dream::init {

/// What stands for `${NAME}` in compose files.
class ComposeVariables {
 public:
  enum class Kind : std::uint8_t {
    of_root,    ///< dream.json may name them, too: dream reads the same .env
    elsewhere,  ///< their values have to stand in dream.json
  };

  /// `lenient`: what is no variable stays as it is.
  explicit ComposeVariables(config::Variables values, Kind kind, bool lenient = false)
      : values_(std::move(values)), kind_(kind), lenient_(lenient) {}

  [[nodiscard]] std::optional<std::string> value(const std::string& name) const;
  /// `text` with every form of `${…}` that compose knows, and `$$`, replaced. Of a variable without a value
  /// and a default `${NAME}` is left. Throws YAML::Exception for what is no variable.
  [[nodiscard]] std::string expanded(const std::string& text);
  /// `text` for those places of dream.json where variables are expanded.
  [[nodiscard]] std::string written(const std::string& text);
  /// What is written for the variable itself, where it has a value.
  [[nodiscard]] std::optional<std::string> written_value(const std::string& name) const;
  [[nodiscard]] Kind kind() const { return kind_; }
  /// Those that compose wants to be set: with `${NAME:?why}`.
  [[nodiscard]] const std::set<std::string>& demanded() const { return demanded_; }
  /// Whether one of the values stands in what was expanded.
  [[nodiscard]] bool used() const { return used_; }
  [[nodiscard]] const config::Variables& values() const { return values_; }

 private:
  [[nodiscard]] std::string expanded(const std::string& text,
                                     const std::function<std::string(const std::string&)>& unknown);

  config::Variables values_;
  Kind kind_;
  std::set<std::string> demanded_;
  bool used_ = false;
  bool lenient_ = false;
};

/// A map in the making. To set a key in a YAML::Node takes as long as it has keys.
class MapMaker {
 public:
  /// Of a name that is there already, the value is replaced.
  void set(const std::string& name, const YAML::Node& value);
  /// Unless it is there already.
  void add(const std::string& name, const YAML::Node& value);
  [[nodiscard]] YAML::Node made() const;

 private:
  std::vector<std::pair<std::string, YAML::Node>> members_;
  std::unordered_map<std::string, std::size_t> places_;
};

/// What `text` says, without aliases and merge keys (`<<`); with `variables`, with their values. Keys that
/// stand twice count once. Tags are kept: "!" is a text in quotes. written_text() tells how a text was
/// written.
[[nodiscard]] YAML::Node read_yaml(const std::string& text, ComposeVariables* variables = nullptr);
/// The same of all documents of a text, which `---` parts.
[[nodiscard]] std::vector<YAML::Node> read_documents(const std::string& text, ComposeVariables* variables);

/// A text for those places of dream.json where variables are expanded: with the variables that it was written
/// with, each other dollar twice where it must be.
[[nodiscard]] std::string written_text(const YAML::Node& scalar);
/// A text that is `written` so.
[[nodiscard]] YAML::Node written_scalar(const std::string& text, const std::string& written);

}  // namespace dream::init
