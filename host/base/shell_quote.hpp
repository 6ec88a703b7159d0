#pragma once

#include <string>
#include <string_view>

namespace dream {

/// `word` as it is typed in bash or zsh (in any POSIX shell, if it is printable()): for commands that a
/// message tells somebody to run. The result is printable itself.
[[nodiscard]] std::string shell_quoted(std::string_view word);

/// What stands for `word` within the quotes of $'…', where every byte has a printable form.
[[nodiscard]] std::string shell_escaped(std::string_view word);

}  // namespace dream
