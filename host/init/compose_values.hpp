#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "init/compose_text.hpp"
#include "init/draft.hpp"

/// Values of a compose file, and of others like it, as dream.json has them. May throw YAML::Exception.
namespace dream::init {

/// A member of a map that is a scalar; else empty.
[[nodiscard]] std::string text_at(const YAML::Node& map, const char* key);
/// A member of a map; null where there is none.
[[nodiscard]] YAML::Node member_at(const YAML::Node& map, const char* key);
/// The texts of a list, or the only one.
[[nodiscard]] std::vector<std::string> texts_of(const YAML::Node& node);
/// The same as written_text() of each.
[[nodiscard]] std::vector<std::string> written_texts_of(const YAML::Node& node);
/// Whether what compose would build from is no folder of this machine: "https://…", "git@…".
[[nodiscard]] bool is_elsewhere(const std::string& path);
[[nodiscard]] bool is_true(const YAML::Node& node);

/// The words of a command: those of a list, or of a text split as compose splits it, by blanks, quotes and
/// backslashes and without a shell: what stands from the first `;`, `&`, `|`, `<` or `>` on is `passed_over`.
/// Throws for a quote without its end.
[[nodiscard]] std::vector<std::string> words_of(const YAML::Node& node, std::string* passed_over = nullptr);
/// The same as written_text() of each, where that makes the same words.
[[nodiscard]] std::vector<std::string> written_words_of(const YAML::Node& node,
                                                        std::string* passed_over = nullptr);

/// A map of variables as a JSON object of strings; what can be no variable is left out.
struct VariablesJson {
  std::string object;
  std::vector<std::string> from_outside;  ///< names whose value the environment has: `KEY:`
};
/// `known`: what is written for a variable without a value.
[[nodiscard]] VariablesJson variables_json(
    const YAML::Node& node, const std::function<std::optional<std::string>(const std::string&)>& known);

/// Where `separator` stands in a written text outside of its `${…}`; its size: nowhere.
[[nodiscard]] std::size_t find_outside_variables(std::string_view written, char separator);

/// "8080:80/udp" of a port in the short or the long form, as written_text() has it; empty: it can't be said.
[[nodiscard]] std::string port_text(const YAML::Node& port);

/// "data:/var/lib:ro" of a volume in the short or the long form, with a comma between the words of its mode;
/// empty: it can't be said. `is_written`: of written_text().
[[nodiscard]] std::string volume_text(const YAML::Node& volume, bool is_written = false);

/// "1m30s" as milliseconds.
[[nodiscard]] std::optional<long long> duration_ms(const std::string& text);

/// Which variables have a value in a file that only compose reads, and none here.
void tell_withheld(const ComposeVariables& variables, Draft& draft);

/// A time as dream.json has it: "1m30s", with quotes.
[[nodiscard]] std::string time_json(long long ms);

/// A compose `healthcheck` as the docker executor's option; empty: it says nothing.
[[nodiscard]] std::string health_check_json(const YAML::Node& check);

/// A `restart` policy, or the one of `deploy`, as dream's; empty: none.
[[nodiscard]] std::string restart_json(const std::string& policy, const std::string& most_restarts = {});

}  // namespace dream::init
