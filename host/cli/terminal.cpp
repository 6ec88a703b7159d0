#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/cut_off.hpp"
#include "base/text.hpp"
#include "base/write_all.hpp"
#include "output/screen.hpp"

namespace dream::cli {

namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

int print(std::string_view text, int exit_code) {
  const int problem = write_all(STDOUT_FILENO, text);
  return problem == 0 ? exit_code : stdout_fails(problem);
}

int stdout_fails(int problem) {
  complain(std::string("can't write to stdout: ") + std::strerror(problem));
  return exit_internal;
}

void print_and_leave(std::string_view text) {
  std::_Exit(print(text));
}

void complain(const Error& error) {
  // Names in it may be as long as a file.
  constexpr std::size_t longest = 16'384;
  complain(printable(cut_off(to_string(error), longest)));
}

void complain(std::string_view text) {
  std::string line = "dream: " + std::string(text);
  if (!line.ends_with('\n')) line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void print_words(std::string_view lines) {
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

bool use_color(When color, int descriptor) {
  if (color != When::automatic) return color == When::always;
  if (is_set("NO_COLOR")) return false;
  if (is_set("FORCE_COLOR")) return std::string_view(std::getenv("FORCE_COLOR")) != "0";
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  return !dumb && ::isatty(descriptor) == 1;
}

output::Colors use_colors(When color) {
  return {.out = use_color(color, STDOUT_FILENO), .err = use_color(color, STDERR_FILENO)};
}

bool can_rewrite_stdout() {
  return ::isatty(STDOUT_FILENO) == 1 &&
         output::Screen::ability_of_terminal() == output::Screen::Ability::can_rewrite;
}

TextStyle style_of_stdout(const Options& options) {
  TextStyle style{.colour = use_color(options.color, STDOUT_FILENO)};
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) style.width = size.ws_col;
  return style;
}

}  // namespace dream::cli
