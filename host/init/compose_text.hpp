#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/env_file.hpp"
#include "config/secrets.hpp"

/// A compose file's text as compose itself understands it. May throw YAML::Exception.
namespace dream::init {

/// What stands for `${NAME}` in compose files.
class ComposeVariables {
 public:
  /// `values`: what a .env says that dream reads, too, so that dream.json may name them. `lenient`: what is
  /// no variable stays as it is.
  explicit ComposeVariables(config::Variables values, bool lenient = false);

  /// What files say that only compose reads: where nothing else has set a variable, it has this value,
  /// which is written as the default (`${TAG-16}`). `written`: the same as dream.json has it, with marked()
  /// of the variables in it.
  void add_defaults(const std::vector<std::filesystem::path>& files, const config::Variables& values,
                    const config::Variables& written);
  /// What is written for a variable that has a value, with a mark for each dollar.
  [[nodiscard]] std::optional<std::string> marked(const std::string& name);
  /// Takes what is to be told of the variables of an included file.
  void join(const ComposeVariables& included);

  [[nodiscard]] std::optional<std::string> value(const std::string& name) const;
  /// `text` with every form of `${…}` that compose knows, and `$$`, replaced. Of a variable without a value
  /// and a default `${NAME}` is left. Throws YAML::Exception for what is no variable.
  [[nodiscard]] std::string expanded(const std::string& text);
  /// `text` for those places of dream.json where variables are expanded.
  [[nodiscard]] std::string written(std::string_view text);
  /// What is written for the variable itself, where it has a value.
  [[nodiscard]] std::optional<std::string> written_value(const std::string& name);
  /// Those that compose wants to be set: with `${NAME:?why}`.
  [[nodiscard]] const std::set<std::string>& demanded() const { return demanded_; }
  /// Those that are asked for and whose default isn't written: it looks like a secret, or can't be said.
  [[nodiscard]] const std::set<std::string>& withheld() const { return withheld_; }
  /// Where the defaults come from.
  [[nodiscard]] const std::set<std::filesystem::path>& files_of_defaults() const { return files_; }
  [[nodiscard]] const config::Secrets& secrets() const { return secrets_; }

 private:
  [[nodiscard]] std::string written_form(const std::string& name, std::string_view operation);

  config::Variables values_;
  config::Variables defaults_;  ///< as they are written
  config::Secrets secrets_;
  std::set<std::filesystem::path> files_;
  std::set<std::string> without_default_;  ///< a file has their value, and it isn't written
  std::set<std::string> demanded_, withheld_;
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
