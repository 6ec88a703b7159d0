#pragma once

#include "cli/options.hpp"

/// One file a subcommand. Each returns dream's exit code and has told the user everything.
namespace dream::cli {

[[nodiscard]] int run_command(const Options& options);
[[nodiscard]] int plan_command(const Options& options);
[[nodiscard]] int list_command(const Options& options);
[[nodiscard]] int validate_command(const Options& options);
[[nodiscard]] int info_command(const Options& options);
[[nodiscard]] int schema_command(const Options& options);
[[nodiscard]] int plugin_command(const Options& options);
[[nodiscard]] int completion_command(const Options& options);
[[nodiscard]] int init_command(const Options& options);
[[nodiscard]] int trust_command(const Options& options);
[[nodiscard]] int suggest_command(const Options& options);
[[nodiscard]] int detach_command(const Options& options);
[[nodiscard]] int ctl_command(const Options& options);

}  // namespace dream::cli
