#include <cstdio>
#include <string_view>

#include "cli/manual.hpp"

/// Writes the manual page when dream is built; with `reference`, the section of docs/configuration.md.
int main(int argument_count, char** arguments) {
  const bool reference = argument_count == 2 && std::string_view(arguments[1]) == "reference";
  const std::string text = reference ? dream::cli::command_reference() : dream::cli::manual_page();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0 : 1;
}
