#include "init/processes.hpp"

#include <algorithm>
#include <array>
#include <string_view>

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
                    " && "};
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
  return plain ? json_string(line) : list_json({shell, "-c", line});
}

std::vector<std::string> start_order(std::vector<std::string> names,
                                     const std::map<std::string, std::vector<std::string>>& needs,
                                     const std::set<std::string>& late) {
  std::vector<std::string> order;
  std::set<std::string> waiting(names.begin(), names.end());
  const auto can_come = [&](const std::string& name) {
    const auto own = needs.find(name);
    return own == needs.end() || std::ranges::none_of(own->second, [&](const std::string& other) {
             return waiting.contains(other);
           });
  };
  while (!names.empty()) {
    auto next =
        std::ranges::find_if(names, [&](const auto& name) { return can_come(name) && !late.contains(name); });
    if (next == names.end()) next = std::ranges::find_if(names, can_come);
    if (next == names.end()) next = names.begin();  // a cycle
    waiting.erase(*next);
    order.push_back(std::move(*next));
    names.erase(next);
  }
  return order;
}

}  // namespace dream::init
