/*
 * The layout of version 1.0, on 64-bit systems, as every plugin of that time was compiled with. Nothing here
 * ever changes: a line that had to be changed would be a plugin that no longer loads. It is compared with the
 * headers of that version, which lie beside it, and with those of today.
 */
#include <dream/dream.h>

/* What is never appended to. */
#define SIZE(type, bytes) DREAM_PIN(sizeof(type) == (bytes), "sizeof " #type)
#define AT(type, member, offset) DREAM_PIN(offsetof(type, member) == (offset), #type "." #member)
/* The last member of a struct that may grow: whoever was compiled then has this for its size. */
#define ENDS(type, member, bytes) \
  DREAM_PIN(offsetof(type, member) + sizeof(((type*)0)->member) == (bytes), #type " ended here")

SIZE(dream_str, 16);
AT(dream_str, data, 0);
AT(dream_str, size, 8);

SIZE(dream_strs, 16);
AT(dream_strs, data, 0);
AT(dream_strs, count, 8);

SIZE(dream_status, 4);
SIZE(dream_run_id, 8);
SIZE(dream_child_id, 8);
SIZE(dream_timer_id, 8);

ENDS(dream_errors, fail, 16);
AT(dream_errors, size, 0);
AT(dream_errors, fail, 8);

ENDS(dream_host, started, 40);
AT(dream_host, size, 0);
AT(dream_host, abi_minor, 4);
AT(dream_host, version, 8);
AT(dream_host, service, 24);
AT(dream_host, started, 32);

ENDS(dream_handshake, errors, 40);
AT(dream_handshake, size, 0);
AT(dream_handshake, abi_major, 4);
AT(dream_handshake, abi_minor, 8);
AT(dream_handshake, version, 16);
AT(dream_handshake, errors, 32);

ENDS(dream_project, options, 72);
AT(dream_project, size, 0);
AT(dream_project, root, 8);
AT(dream_project, path, 24);
AT(dream_project, directory, 40);
AT(dream_project, options, 56);

ENDS(dream_task, own_environment, 160);
AT(dream_task, size, 0);
AT(dream_task, flags, 4);
AT(dream_task, run, 8);
AT(dream_task, name, 16);
AT(dream_task, command_kind, 32);
AT(dream_task, stop_signal, 36);
AT(dream_task, grace_ms, 40);
AT(dream_task, command_line, 48);
AT(dream_task, command_argv, 64);
AT(dream_task, arguments, 80);
AT(dream_task, directory, 96);
AT(dream_task, environment, 112);
AT(dream_task, options, 128);
AT(dream_task, own_environment, 144);

ENDS(dream_exit, text, 32);
AT(dream_exit, size, 0);
AT(dream_exit, kind, 4);
AT(dream_exit, value, 8);
AT(dream_exit, text, 16);

ENDS(dream_state, detail, 40);
AT(dream_state, size, 0);
AT(dream_state, phase, 4);
AT(dream_state, pid, 8);
AT(dream_state, exit_kind, 16);
AT(dream_state, exit_value, 20);
AT(dream_state, detail, 24);

ENDS(dream_plugin, extension, 152);
AT(dream_plugin, size, 0);
AT(dream_plugin, abi_minor, 4);
AT(dream_plugin, id, 8);
AT(dream_plugin, version, 24);
AT(dream_plugin, summary, 40);
AT(dream_plugin, homepage, 56);
AT(dream_plugin, options_schema, 72);
AT(dream_plugin, create, 88);
AT(dream_plugin, destroy, 96);
AT(dream_plugin, start, 104);
AT(dream_plugin, wait, 112);
AT(dream_plugin, terminate, 120);
AT(dream_plugin, status, 128);
AT(dream_plugin, release, 136);
AT(dream_plugin, extension, 144);

ENDS(dream_log, enabled, 24);
AT(dream_log, size, 0);
AT(dream_log, write, 8);
AT(dream_log, enabled, 16);

ENDS(dream_output, when_writable, 24);
AT(dream_output, size, 0);
AT(dream_output, write, 8);
AT(dream_output, when_writable, 16);

ENDS(dream_child, relays, 112);
AT(dream_child, size, 0);
AT(dream_child, flags, 4);
AT(dream_child, run, 8);
AT(dream_child, argv, 16);
AT(dream_child, directory, 32);
AT(dream_child, environment, 48);
AT(dream_child, stop_signal, 64);
AT(dream_child, on_exit, 72);
AT(dream_child, on_output, 80);
AT(dream_child, context, 88);
AT(dream_child, relays, 96);

ENDS(dream_process, pid, 32);
AT(dream_process, size, 0);
AT(dream_process, spawn, 8);
AT(dream_process, terminate, 16);
AT(dream_process, pid, 24);

ENDS(dream_timer, cancel, 32);
AT(dream_timer, size, 0);
AT(dream_timer, now, 8);
AT(dream_timer, start, 16);
AT(dream_timer, cancel, 24);

ENDS(dream_post, call, 16);
AT(dream_post, size, 0);
AT(dream_post, call, 8);

ENDS(dream_work, stopping, 24);
AT(dream_work, size, 0);
AT(dream_work, run, 8);
AT(dream_work, stopping, 16);

ENDS(dream_paths, session, 40);
AT(dream_paths, size, 0);
AT(dream_paths, state, 8);
AT(dream_paths, cache, 16);
AT(dream_paths, root, 24);
AT(dream_paths, session, 32);

ENDS(dream_found_task, source, 56);
AT(dream_found_task, size, 0);
AT(dream_found_task, reserved, 4);
AT(dream_found_task, name, 8);
AT(dream_found_task, summary, 24);
AT(dream_found_task, source, 40);

ENDS(dream_discover, tool, 24);
AT(dream_discover, size, 0);
AT(dream_discover, tasks, 8);
AT(dream_discover, tool, 16);

ENDS(dream_describe, describe, 16);
AT(dream_describe, size, 0);
AT(dream_describe, describe, 8);

ENDS(dream_dead_run, options, 56);
AT(dream_dead_run, size, 0);
AT(dream_dead_run, limit_ms, 4);
AT(dream_dead_run, session, 8);
AT(dream_dead_run, root, 24);
AT(dream_dead_run, options, 40);

ENDS(dream_reap, reap, 16);
AT(dream_reap, size, 0);
AT(dream_reap, reap, 8);
