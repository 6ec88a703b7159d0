#pragma once

#include <dream/sdk.hpp>
#include <string>
#include <string_view>

namespace dream::ssh {

/// Why the machine couldn't be reached, from what ssh wrote before it gave up.
[[nodiscard]] sdk::Failure connection_failure(std::string_view host, std::string_view said);

/// Why the far script ran nothing: the word of its mark `refused`. `program`: the step's; `directory`: where
/// it was to run.
[[nodiscard]] sdk::Failure refusal(std::string_view host, std::string_view word, std::string_view program,
                                   std::string_view directory);

/// Why the step's first process didn't run, though the far script did: its shell's code.
[[nodiscard]] sdk::Failure exec_failure(std::string_view host, int code);

/// Why the folder couldn't be copied.
[[nodiscard]] sdk::Failure sync_failure(std::string_view host, int code, std::string_view said);

}  // namespace dream::ssh
