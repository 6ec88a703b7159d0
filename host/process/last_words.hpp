#pragma once

#include <string_view>

#include "base/time.hpp"

namespace dream::process {

/// Writes words to a descriptor that is shared with others, and so is left blocking or not as it is, but
/// gives them up after `limit`: a pipe may be full and its reader stuck, a terminal may be stopped. For a
/// process of one thread that is about to end: takes SIGALRM and its timer.
void say_last_words(int descriptor, std::string_view words, Duration limit);

}  // namespace dream::process
