/*
 * The layout of what was appended after version 1.0, minor version by minor version, on 64-bit systems. What
 * stands here of a version that was released never changes, as in v1_0/layout.h.
 */
#include "v1_0/layout.h"

/* 1.1 */
AT(dream_host, start_failed, 40);
AT(dream_host, left_behind, 48);
AT(dream_host, ready, 56);
ENDS(dream_host, ready, 64);

AT(dream_process, pause, 32);
AT(dream_process, resume, 40);
ENDS(dream_process, resume, 48);

AT(dream_task, ready_limit_ms, 160);
ENDS(dream_task, ready_limit_ms, 168);

AT(dream_plugin, abilities, 152);
ENDS(dream_plugin, abilities, 156);

AT(dream_found_task, unusable, 56);
ENDS(dream_found_task, unusable, 60);

AT(dream_needed_project, size, 0);
AT(dream_needed_project, kind, 4);
AT(dream_needed_project, folder, 8);
ENDS(dream_needed_project, folder, 24);

AT(dream_depends, size, 0);
AT(dream_depends, projects, 8);
ENDS(dream_depends, projects, 16);

AT(dream_inside_command, size, 0);
AT(dream_inside_command, limit_ms, 4);
AT(dream_inside_command, argv, 8);
ENDS(dream_inside_command, argv, 24);

AT(dream_inside, size, 0);
AT(dream_inside, run, 8);
ENDS(dream_inside, run, 16);

AT(dream_health, size, 0);
AT(dream_health, ask, 8);
ENDS(dream_health, ask, 16);

/*
 * The sizes of today: the only lines that change, and only with a member that was appended and has its own
 * line above. Whoever compares a size that comes from the other side compares it with an end, not with these.
 */
SIZE(dream_errors, 16);
SIZE(dream_host, 64);
SIZE(dream_handshake, 40);
SIZE(dream_project, 72);
SIZE(dream_task, 168);
SIZE(dream_exit, 32);
SIZE(dream_state, 40);
SIZE(dream_plugin, 160);
SIZE(dream_log, 24);
SIZE(dream_output, 24);
SIZE(dream_child, 112);
SIZE(dream_process, 48);
SIZE(dream_timer, 32);
SIZE(dream_post, 16);
SIZE(dream_work, 24);
SIZE(dream_paths, 40);
SIZE(dream_found_task, 64);
SIZE(dream_discover, 24);
SIZE(dream_needed_project, 24);
SIZE(dream_depends, 16);
SIZE(dream_describe, 16);
SIZE(dream_inside_command, 24);
SIZE(dream_inside, 16);
SIZE(dream_health, 16);
SIZE(dream_dead_run, 56);
SIZE(dream_reap, 16);
