#pragma once

#include <string_view>

#include "base/error.hpp"
#include "cli/options.hpp"
#include "cli/views/view_text.hpp"
#include "output/colors.hpp"

/// What the subcommands that run nothing print with, and how a terminal looks.
namespace dream::cli {

/// nothing was run: usage, configuration, plan or plugin-loading error
inline constexpr int exit_nothing_run = 2;
/// an internal error of dream or of a plugin
inline constexpr int exit_internal = 70;

/// Writes to stdout and returns `exit_code`, or 70 with a message when the text can't be written.
[[nodiscard]] int print(std::string_view text, int exit_code = 0);

/// Tells what is wrong with stdout, an errno. Returns 70.
[[nodiscard]] int stdout_fails(int problem);

/// As print(), and ends the program at once: giving a large configuration back, value by value, takes longer
/// than showing it.
[[noreturn]] void print_and_leave(std::string_view text);

/// Tells an error on stderr.
void complain(const Error& error);
void complain(std::string_view text);
/// The same for lines that have their `dream: `.
void print_words(std::string_view lines);

/// Whether a descriptor gets colours: what was asked for, NO_COLOR, FORCE_COLOR, TERM, and whether it is a
/// terminal.
[[nodiscard]] bool use_color(When color, int descriptor);
/// The same for stdout and stderr.
[[nodiscard]] output::Colors use_colors(When color);

/// Whether stdout is a terminal that obeys more than text.
[[nodiscard]] bool can_rewrite_stdout();

/// Colours and the terminal's width for stdout.
[[nodiscard]] TextStyle style_of_stdout(const Options& options);

}  // namespace dream::cli
