#include "init/processes.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <system_error>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "plan/workspace.hpp"

namespace dream::init {

ProcessFolder folder_of_process(const std::string& written) {
  if (written.empty()) return {};
  const std::string inside = written.starts_with('/') || written.find('$') != std::string::npos
                                 ? std::string()
                                 : normalise_project(written);
  if (!inside.empty()) return {inside, {}};
  return {"./", "cd " +
                    (written.find('$') == std::string::npos ? shell_quoted(written) : "\"" + written + "\"") +
                    " || exit; "};
}

void tell_env_example(const std::filesystem::path& folder, const std::string& tool, Draft& draft) {
  for (const char* name : {".env.example", ".env.sample", ".env.template", ".env.dist"}) {
    std::error_code ignored;
    if (!std::filesystem::exists(folder / name, ignored)) continue;
    draft.remark(fmt::format(
        "There is no .env yet, which {} reads. Once it is made from {}, call dream init again, or "
        "write \"envFile\": \".env\" into the tasks.",
        tool, name));
    return;
  }
}

std::string shell_command_json(const std::string& line, const std::string& shell) {
  // What sh doesn't know, or takes otherwise.
  static constexpr std::array<std::string_view, 10> of_bash{"[[",      "((",       "<(",        "&>",   "$'",
                                                            "source ", "pipefail", "function ", "{1..", "=("};
  bool plain = shell == "sh" || shell.ends_with("/sh");
  if (!plain && (shell == "bash" || shell.ends_with("/bash"))) {
    plain = true;
    for (const std::string_view word : of_bash) plain = plain && line.find(word) == std::string::npos;
  }
  return plain ? json_string(line) : list_json({shell, "-c", without_variables(line)});
}

std::string without_variables(const std::string& argument) {
  std::string escaped;
  for (std::size_t at = 0; at < argument.size(); ++at)
    escaped += std::string_view(argument).substr(at).starts_with("${") ? "$$" : argument.substr(at, 1);
  return escaped;
}

}  // namespace dream::init
