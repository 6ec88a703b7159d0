#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Programs that pass a signal on to what they started, as package managers do with the scripts they run.
namespace dream::process {

/// Whether a process is one of the programs in `relays`. Each is the beginning of a command line as words, a
/// program without its folder and extension: "npm" and "deno task" and "node yarn" know `npm run dev`,
/// `/usr/bin/deno task dev` and `node /opt/yarn.js dev`. `command_line` is as in /proc/PID/cmdline, where a
/// process that gave itself a title has it as one text.
[[nodiscard]] bool is_relay(std::string_view command_line, const std::vector<std::string>& relays);

}  // namespace dream::process
