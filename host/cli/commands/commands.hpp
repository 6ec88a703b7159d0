#pragma once

#include "cli/command_line/command.hpp"

/// One file a command, or a family of commands.
namespace dream::cli {

extern const Subcommand run_command;
extern const Subcommand plan_command;
extern const Subcommand list_command;
extern const Subcommand validate_command;
extern const Subcommand init_command;
extern const Subcommand suggest_command;
extern const Subcommand trust_command;
extern const Subcommand schema_command;
extern const Subcommand completion_command;
extern const Subcommand help_command;

extern const Subcommand ctl_command;
extern const Subcommand ctl_ps;
extern const Subcommand ctl_logs;
extern const Subcommand ctl_wait;
extern const Subcommand ctl_why;
extern const Subcommand ctl_stop;
extern const Subcommand ctl_start;
extern const Subcommand ctl_restart;
extern const Subcommand ctl_attach;
extern const Subcommand ctl_down;
extern const Subcommand ctl_events;
extern const Subcommand ctl_history;
extern const Subcommand ctl_show;
extern const Subcommand ctl_compare;

extern const Subcommand plugin_command;
extern const Subcommand plugin_list;
extern const Subcommand plugin_info;
extern const Subcommand plugin_check;
extern const Subcommand plugin_new;
extern const Subcommand plugin_trust;

/// Of `dream TASK` besides the run itself. Each returns dream's exit code and has told the user everything.
[[nodiscard]] int run_tasks(const Options& options);
[[nodiscard]] int plan_tasks(const Options& options);
[[nodiscard]] int run_detached(const Options& options);
[[nodiscard]] int show_info(const Options& options);
[[nodiscard]] int show_overview(const Options& options);

}  // namespace dream::cli
