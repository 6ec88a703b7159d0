/*
 * The executor plugin ABI of dream, major version 1.
 *
 * A plugin is a shared library `libdream_<id>.so` that exports one C function, `dream_plugin_v1`. The host
 * calls it with a handshake and gets a static table of functions back; everything else goes through that
 * table, through the services that the host lends (host/: log.h, output.h, paths.h, post.h, process.h,
 * timer.h, work.h) and through the extensions that a plugin may have (ext/: depends.h,
 * describe.h, discover.h, health.h, inside.h, reap.h).
 * This file is the reference of the plugin interface. C++ authors use the SDK on top of it (sdk.hpp).
 *
 * Compiles as C11, C17 and C++11 to C++20 without a warning. It needs nothing but the C library's headers.
 *
 * THE LIFE OF A PLUGIN
 *
 *     dream_plugin_v1(handshake)              once or more; no side effects
 *       create(host, project)                 one executor for each project, with that project's options
 *         start(executor, task)               a run, for each step of the plan; returns at once
 *           wait(run, on_exit, context)       right after a start that succeeded; exactly once
 *           terminate(run, urgency)           any number of times, before and after the end
 *           status(run, state)                any time
 *           ... on_exit(context, exit)        the plugin calls the host: the run is over
 *         release(run)                        once, after on_exit (or dream_host.start_failed)
 *       destroy(executor)                     once, no runs left
 *
 * When the host itself goes down in a hurry, runs and executors are not released: nothing may depend on it.
 *
 * RULES
 *
 * Sizes. Every struct that may grow begins with `size`: the number of bytes its maker knows. Whoever reads
 * one reads nothing behind `size` (DREAM_HAS) and takes what is missing as zero; zero always means "as before
 * this member existed". Members are only ever appended. dream_str, dream_strs and the numbers never change.
 *
 * Minor versions. What was appended has its version in its comment: [1.1] is not there in a host of version
 * 1.0. A plugin asks before it calls: DREAM_HAS(host, start_failed).
 *
 * Text. dream_str is UTF-8 with a length, without a promise of a NUL behind it. What is passed in a call is
 * borrowed: it is valid until that call returns, and must be copied to be kept. What stands in a static table
 * is valid for ever.
 *
 * Handles. The plugin's handles (dream_executor, dream_run) are pointers to types that only the plugin knows.
 * The host's handles (dream_run_id, dream_child_id, dream_timer_id) are numbers of one sequence, never 0 and
 * never reused: a stale one, or one of another kind, is answered with DREAM_E_STALE. No memory changes hands,
 * in neither direction.
 *
 * Status. 0 and above is success; a negative status is a failure that left nothing behind. A failing call
 * that got a dream_errors has called its `fail` exactly once; where a service already did that with the same
 * dream_errors, its status is just passed on. A positive status that the reader doesn't know counts as
 * DREAM_OK.
 *
 * What isn't known. A plugin that gets a non-zero value or flag it doesn't know in a place that isn't said to
 * be ignorable answers DREAM_E_UNSUPPORTED: nothing that was asked is silently dropped. The host does
 * likewise.
 *
 * Exceptions never cross the interface. In C++17 and later the function types are noexcept.
 *
 * Threads. [loop]: called on the host's one loop thread, never concurrently and never while another call of
 * the same plugin is running. [any]: may be called on any thread at any time. [worker]: called on a thread of
 * host/work.h, where it may block. A plugin function on the loop that takes over 50 ms is reported: the loop
 * serves everything else that runs, so whatever takes time is a child, a timer, work, or a thread of the
 * plugin's own.
 *
 * Manners. A plugin installs no signal handlers, reaps no children but its own, and leaves the working
 * folder, umask, locale, environment, signal mask, alarms, limits and prctl settings of the process alone. It
 * is never unloaded.
 *
 * Processes that a plugin starts by itself, without dream.process/1, are its own: the host neither asks them
 * to end with a run nor reaps them, whatever session they make. It knows them by the thread that started
 * them, which should live as long as they do (one that ends hands its children to another), and then by the
 * variable DREAM_CHILD in the environment of the host's process, which should be passed on to them; so one
 * that was started by a thread that has ended may be reaped by the host when it ends. They inherit a signal
 * mask that blocks SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGWINCH and SIGCONT: a plugin sets it back
 * where that matters (posix_spawnattr_setsigmask). They ignore what the caller of the host ignores; that a
 * write in the host's process gets no SIGPIPE and no SIGXFSZ, they don't inherit. What of them lives when the
 * host ends is killed.
 *
 * A function that doesn't return 5 s after a signal has asked the host to stop, or 5 s after its own call if
 * that came later, ends the host and is named.
 */
#ifndef DREAM_ABI_H
#define DREAM_ABI_H

/* NOLINTBEGIN: this is C */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The major version is in the symbol's name; the minor one grows with every appended member. */
#define DREAM_ABI_MAJOR 1u
#define DREAM_ABI_MINOR 1u

#if defined(__cplusplus) && __cplusplus >= 201703L
#define DREAM_NOEXCEPT noexcept
#else
#define DREAM_NOEXCEPT
#endif

#if defined(_WIN32)
#define DREAM_EXPORT __declspec(dllexport)
#else
#define DREAM_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- values ----------------------------------------------------------------------------------------------
 */

/* Borrowed UTF-8. `data` may be NULL when `size` is 0. */
typedef struct dream_str {
  const char* data;
  size_t size;
} dream_str;

/* A borrowed array of them. */
typedef struct dream_strs {
  const dream_str* data;
  size_t count;
} dream_strs;

/* A dream_str of a string literal, as an initialiser. */
#define DREAM_STR(literal) \
  { (literal), sizeof(literal) - 1 }

/* A dream_str of a NUL-terminated string; of NULL the empty one. */
static inline dream_str dream_text(const char* text) {
  dream_str view;
  view.data = text;
  view.size = text == NULL ? 0 : strlen(text);
  return view;
}

/* Whether the struct that `pointer` points to reaches as far as `member`, so that it may be read or written.
 */
#define DREAM_HAS(pointer, member) \
  ((size_t)((const char*)(&(pointer)->member + 1) - (const char*)(pointer)) <= (size_t)(pointer)->size)

typedef int32_t dream_status;

#define DREAM_OK 0       /* done */
#define DREAM_STARTING 1 /* of start: accepted, but the process runs only later; see dream_host.started */
#define DREAM_AGAIN 2    /* of output: taken, but hold more back until there is room again */

#define DREAM_E_FAILED (-1)         /* the system, a tool or a server refused */
#define DREAM_E_OPTIONS (-2)        /* the options are wrong; `where` is a JSON pointer into them: "/image" */
#define DREAM_E_NOT_FOUND (-3)      /* the command, script or folder of the task doesn't exist */
#define DREAM_E_NOT_EXECUTABLE (-4) /* it exists, but can't be executed */
#define DREAM_E_UNSUPPORTED (-5)    /* a value or flag isn't known */
#define DREAM_E_INVALID (-6)        /* an argument makes no sense: a bug of the caller */
#define DREAM_E_STALE (-7)          /* the handle names nothing, or nothing any more */
#define DREAM_E_THREAD (-8)         /* a [loop] function was called on another thread */
#define DREAM_E_INTERNAL (-9)       /* a bug of the callee */

/* The host's numbers: a run (dream_task.run), a child of host/process.h, a timer of host/timer.h. */
typedef uint64_t dream_run_id;
typedef uint64_t dream_child_id;
typedef uint64_t dream_timer_id;

/* The plugin's own objects. */
typedef struct dream_executor dream_executor;
typedef struct dream_run dream_run;

/* ---- errors ----------------------------------------------------------------------------------------------
 */

/* Where a failing call says what is wrong. The host's; valid until the call that it was passed to returns. */
typedef struct dream_errors dream_errors;
struct dream_errors {
  uint32_t size;
  /*
   * [loop] Called once by a call that fails, which then returns `code` (fail returns it, too). Of each text
   * the first 4096 bytes are shown.
   * - code: one of DREAM_E_*.
   * - where: the place. For DREAM_E_OPTIONS a JSON pointer into the options ("/image"), which the host turns
   *   into file, line and column of dream.json; else a path or an address. May be empty.
   * - message: what is wrong, for a person; one sentence without a full stop.
   * - hint: what to do about it; may be empty.
   */
  dream_status (*fail)(dream_errors* self, dream_status code, dream_str where, dream_str message,
                       dream_str hint) DREAM_NOEXCEPT;
};

/* ---- the host --------------------------------------------------------------------------------------------
 */

/* The host as one executor sees it; valid until that executor's destroy has returned. */
typedef struct dream_host dream_host;
struct dream_host {
  uint32_t size;
  uint32_t abi_minor; /* of the host */
  dream_str version;  /* of dream: "0.1.0" */

  /*
   * [loop] A service by its id and revision ("dream.log/1"), or NULL when this host doesn't have it. The
   * table that is returned is static; its header says which struct it is. An id is frozen once it is
   * released.
   */
  const void* (*service)(const dream_host* self, const char* id)DREAM_NOEXCEPT;

  /*
   * [any] The process of a run whose start returned DREAM_STARTING runs now: delays and timeouts count from
   * this moment. Once for such a run, before its on_exit; not at all when it ends without having run.
   */
  void (*started)(const dream_host* self, dream_run_id run) DREAM_NOEXCEPT;

  /*
   * [any] [1.1] A run whose start returned DREAM_STARTING will never run: its start has failed after all, as
   * if start had returned `code`, and nothing of it is left. Called instead of `started` and instead of
   * on_exit, once; as with on_exit, the host may release the run as soon as this is called. The parameters
   * are those of dream_errors.fail. A run that was asked to end before it ran has not failed: that is told by
   * on_exit.
   */
  void (*start_failed)(const dream_host* self, dream_run_id run, dream_status code, dream_str where,
                       dream_str message, dream_str hint) DREAM_NOEXCEPT;

  /*
   * [any] [1.1] Something of this run will outlive it, where only the plugin can remove it: a container whose
   * engine doesn't answer, a job on a host that can't be reached. `what` says so in one line, which is shown.
   * dream keeps what it has written down of the run, so that ext/reap.h is asked to remove it, when dream has
   * ended and each time that it is started until that succeeds. Before the run's end is told. A run that ends
   * with DREAM_EXIT_LOST is kept in the same way without this.
   */
  void (*left_behind)(const dream_host* self, dream_run_id run, dream_str what) DREAM_NOEXCEPT;

  /*
   * [any] [1.1] A run that was started with DREAM_TASK_TELL_READY is ready now, as far as the plugin can see:
   * a container whose health check has passed. Once, when it runs (after DREAM_STARTING: after `started`) and
   * before its end is told. Where it turns
   * out that this run could never tell, its start fails: nobody waits for what doesn't come.
   */
  void (*ready)(const dream_host* self, dream_run_id run) DREAM_NOEXCEPT;
};

/* What the entry function gets to know of the host. */
typedef struct dream_handshake {
  uint32_t size;
  uint32_t abi_major;   /* DREAM_ABI_MAJOR of the host */
  uint32_t abi_minor;   /* DREAM_ABI_MINOR of the host; a plugin that needs more refuses */
  dream_str version;    /* of dream */
  dream_errors* errors; /* why the plugin refuses; never NULL */
} dream_handshake;

/* ---- what is asked of a plugin ---------------------------------------------------------------------------
 */

/* The project that an executor is made for. */
typedef struct dream_project {
  uint32_t size;
  dream_str root;      /* absolute path of the workspace root */
  dream_str path;      /* the project's name: "./services/api"; "./" is the root */
  dream_str directory; /* absolute path of the project's folder; it exists */
  dream_str options;   /* a JSON object: workspace-wide and project-wide options, merged. A task may add to
                          them, so that what is required may still be missing: judge dream_task.options. */
} dream_project;

/* dream_task.command_kind */
#define DREAM_COMMAND_NONE \
  0u /* dream.json has no command: the executor finds what to run by the task's name */
#define DREAM_COMMAND_LINE 1u /* command_line, for a shell */
#define DREAM_COMMAND_ARGV 2u /* command_argv, to be run without a shell; never empty */

/* dream_task.flags: permissions, those that aren't known are ignored */
#define DREAM_TASK_PTY 1u /* the task may have a terminal */
#define DREAM_TASK_OWN_SIGNAL                                                                          \
  2u /* [1.1] dream.json names no stop signal: where what is run has one of its own, as the image of a \
        container may, a graceful termination may send that in place of stop_signal */
#define DREAM_TASK_TELL_READY                                                                   \
  4u /* [1.1] dream.json waits for dream_host.ready of this run; only set for a plugin that has \
        DREAM_PLUGIN_TELLS_READY */

/* What one run is to do. Borrowed until start returns. */
typedef struct dream_task {
  uint32_t size;
  uint32_t flags;        /* DREAM_TASK_* */
  dream_run_id run;      /* the host's handle of this run, for its services */
  dream_str name;        /* the task's name: "dev" */
  uint32_t command_kind; /* DREAM_COMMAND_* */
  int32_t
      stop_signal; /* what a graceful termination sends: 15 is SIGTERM, by the numbers of the host's system */
  uint64_t grace_ms;       /* how long after it the host will force; for a tool that has its own time limit */
  dream_str command_line;  /* of DREAM_COMMAND_LINE, else empty */
  dream_strs command_argv; /* of DREAM_COMMAND_ARGV, else empty */
  dream_strs
      arguments; /* what stood after `--` on the command line: to be handed to the command as they are */
  dream_str directory;    /* absolute path: where to run; it exists */
  dream_strs environment; /* NAME=VALUE, the whole of it; the host's own is already in there */
  dream_str options; /* a JSON object: workspace, project and task options merged, valid by options_schema */
  dream_strs own_environment; /* NAME=VALUE, the part of `environment` that dream.json and its env files set:
                                 what a task gets that runs elsewhere, in a container or on another machine */
  uint64_t ready_limit_ms;    /* [1.1] with DREAM_TASK_TELL_READY: how long after its start dream waits for
                                 dream_host.ready; nothing has to be looked for after that. 0: for ever */
} dream_task;

/* dream_exit.kind; 0 is none of them */
#define DREAM_EXIT_CODE 1u   /* it ended by itself; `value` is its exit code, 0 to 255 */
#define DREAM_EXIT_SIGNAL 2u /* a signal ended it; `value` is the signal's number */
#define DREAM_EXIT_LOST 3u   /* its end can't be known; `text` says why. Counts as an internal error. */

/* How a run ended. */
typedef struct dream_exit {
  uint32_t size;
  uint32_t kind; /* DREAM_EXIT_* */
  int32_t value;
  dream_str text; /* one line for people, shown as a line of its own; may be empty unless lost */
} dream_exit;

/*
 * [any] The run is over: its process has ended, its last byte of output was written, nothing of it lives.
 * Exactly once for each run that started, whatever ended it. As soon as it is called, the host may release
 * the run, on another thread even before it returns: the caller touches nothing of the run any more.
 */
typedef void (*dream_on_exit)(void* context, const dream_exit* exit) DREAM_NOEXCEPT;

/* The `urgency` of a termination. */
#define DREAM_GRACEFUL 0u /* ask it to end: the stop signal to the whole tree */
#define DREAM_FORCE 1u    /* end it: SIGKILL to everything that belongs to it */

/* dream_state.phase */
#define DREAM_PHASE_STARTING 0u /* start returned, the process doesn't run yet */
#define DREAM_PHASE_RUNNING 1u
#define DREAM_PHASE_STOPPING 2u /* a termination was asked for */
#define DREAM_PHASE_EXITED 3u

/* What `status` tells. The host sets `size` and zeroes the rest; the plugin writes nothing behind `size`. */
typedef struct dream_state {
  uint32_t size;
  uint32_t phase;     /* DREAM_PHASE_* */
  int64_t pid;        /* for display; 0: none, or not a process of this machine */
  uint32_t exit_kind; /* may be left 0: dream reads it nowhere, as on_exit tells how a run has ended */
  int32_t exit_value; /* likewise */
  dream_str detail;   /* one line: "container 3f2a, healthy"; valid until the next call for this run. Shown
                         while the end of the run is waited for, and with --debug whenever it has changed
                         after the plugin was called back */
} dream_state;

/* ---- the plugin ------------------------------------------------------------------------------------------
 */

/* dream_plugin.abilities: those that the host doesn't know are ignored */
#define DREAM_PLUGIN_TELLS_READY \
  1u /* [1.1] its runs call dream_host.ready where DREAM_TASK_TELL_READY asks */
#define DREAM_PLUGIN_RUNS_ELSEWHERE                                                                       \
  2u /* [1.1] what it starts is no process of this machine, or can't see its files: a container, a job on \
        another one. dream doesn't wait there for what only reaches it on this machine, as NOTIFY_SOCKET */

/* A plugin's table: static, constant, never freed. Every function but `extension` has to be there. */
typedef struct dream_plugin {
  uint32_t size;
  uint32_t abi_minor;       /* DREAM_ABI_MINOR that the plugin was built with */
  dream_str id;             /* lower-case letters, digits, - and _: "acme" */
  dream_str version;        /* "1.2.0" */
  dream_str summary;        /* one line */
  dream_str homepage;       /* an address, or empty */
  dream_str options_schema; /* JSON Schema (draft 4) of its options, an object; empty: any options */

  /* [loop] Makes the executor of one project and stores it in *executor. Talks to nobody yet: no run may
   * follow. */
  dream_status (*create)(const dream_host* host, const dream_project* project, dream_executor** executor,
                         dream_errors* errors) DREAM_NOEXCEPT;

  /* [loop] The end of an executor; none of its runs is left. */
  void (*destroy)(dream_executor* executor) DREAM_NOEXCEPT;

  /*
   * [loop] Starts a task and stores its run in *run. DREAM_OK: its process runs now. DREAM_STARTING: it will
   * run later, dream_host.started will tell; when it turns out then that it can't, dream_host.start_failed
   * tells why. A failure has left nothing behind.
   *
   * A host of version 1.0 has no start_failed; there on_exit reports such an end, by custom with code 126
   * (can't be executed), 127 (not found) or 125, and a text. Later ones take an on_exit before `started` of a
   * run that nobody asked to end for a failed start, too, unless its code is 0.
   */
  dream_status (*start)(dream_executor* executor, const dream_task* task, dream_run** run,
                        dream_errors* errors) DREAM_NOEXCEPT;

  /*
   * [loop] Arms on_exit, which gets `context` and is called once: later, or, when the run is over already, at
   * once. Doesn't wait.
   */
  dream_status (*wait)(dream_run* run, dream_on_exit on_exit, void* context) DREAM_NOEXCEPT;

  /*
   * [loop] A request to end the run: returns at once, the end is told by on_exit. The host asks gracefully
   * first and forces when the grace has passed, but may force right away, and may ask again. After the end it
   * does nothing and succeeds.
   *
   * A run whose end isn't told 8 seconds after it was forced is given up: its step counts as lost, and the
   * process may end at any time, without release and destroy. So whoever has a time limit of its own for a
   * forced end (an engine, a remote host) stays below that, its last words and left_behind included.
   */
  dream_status (*terminate)(dream_run* run, uint32_t urgency, dream_errors* errors) DREAM_NOEXCEPT;

  /* [loop] How the run is doing. Cheap: what is known, without asking anybody. */
  dream_status (*status)(const dream_run* run, dream_state* state) DREAM_NOEXCEPT;

  /* [loop] The host is done with a run that has called on_exit. Nothing may be reported for it any more. */
  void (*release)(dream_run* run) DREAM_NOEXCEPT;

  /*
   * [any] An optional capability by its id and revision, or NULL when the plugin doesn't have it or know the
   * id. The function itself may be absent.
   */
  const void* (*extension)(const char* id)DREAM_NOEXCEPT;

  uint32_t abilities; /* [1.1] DREAM_PLUGIN_* */
} dream_plugin;

/*
 * [loop] The one exported function of a plugin. Returns its table; always the same one. NULL refuses this
 * host, after `handshake->errors->fail` was told why.
 */
#define DREAM_ENTRY "dream_plugin_v1"
DREAM_EXPORT const dream_plugin* dream_plugin_v1(const dream_handshake* handshake) DREAM_NOEXCEPT;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
