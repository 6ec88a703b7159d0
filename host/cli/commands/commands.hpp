#pragma once

#include "cli/command_line/command.hpp"

/// One file a command, or a family of commands.
namespace dream::cli {

extern const Command run_command;
extern const Command plan_command;
extern const Command list_command;
extern const Command validate_command;
extern const Command init_command;
extern const Command suggest_command;
extern const Command trust_command;
extern const Command schema_command;
extern const Command completion_command;
extern const Command help_command;

extern const Command ctl_command;
extern const Command ctl_ps;
extern const Command ctl_logs;
extern const Command ctl_wait;
extern const Command ctl_why;
extern const Command ctl_stop;
extern const Command ctl_start;
extern const Command ctl_restart;
extern const Command ctl_down;
extern const Command ctl_events;

extern const Command plugin_command;
extern const Command plugin_list;
extern const Command plugin_info;
extern const Command plugin_check;
extern const Command plugin_new;
extern const Command plugin_trust;

/// Of `dream TASK` besides the run itself. Each returns dream's exit code and has told the user everything.
[[nodiscard]] int run_tasks(const Options& options);
[[nodiscard]] int plan_tasks(const Options& options);
[[nodiscard]] int run_detached(const Options& options);
[[nodiscard]] int show_info(const Options& options);
[[nodiscard]] int show_overview(const Options& options);

}  // namespace dream::cli
