/*
 * Service "dream.process/1": supervised processes of this machine. The host starts a child as the leader of a
 * session of its own (or, where it has the user's terminal, in the host's session and process group) with
 * every signal at its default and none blocked, watches it, reads its output, ends it as a whole tree, and
 * lets none outlive the host, however that ends. It reads what its step reads (dream.json's "stdin"); it gets
 * PWD where its environment has none, and the descriptors that were open when dream was started.
 *
 * A run may have several children, at once or one after the other, each with an on_exit of its own. All of
 * them have ended before the run's end is told; what still lives then is killed.
 */
#ifndef DREAM_HOST_PROCESS_H
#define DREAM_HOST_PROCESS_H

/* NOLINTBEGIN: this is C */

#include "../abi.h"
#include "output.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DREAM_PROCESS_ID "dream.process/1"

/* dream_child.flags; unknown ones are refused */
#define DREAM_CHILD_PTY \
  1u /* it may have a terminal, where the host has one to give: pass on DREAM_TASK_PTY */

/*
 * [loop] Bytes that the child wrote to DREAM_STDOUT or DREAM_STDERR. No more are read while
 * dream_output.write has answered DREAM_AGAIN for the child's run and there is no room again, nor while the
 * stream is paused: the child then waits in its own write.
 */
typedef void (*dream_on_output)(void* context, uint32_t stream, dream_str bytes) DREAM_NOEXCEPT;

/* A child to be. Borrowed until spawn returns. */
typedef struct dream_child {
  uint32_t size;
  uint32_t flags;   /* DREAM_CHILD_* */
  dream_run_id run; /* the run that it belongs to */
  dream_strs
      argv; /* at least one; argv[0] with a slash is a path, else it is searched in PATH of environment */
  dream_str directory;    /* absolute */
  dream_strs environment; /* NAME=VALUE, the whole of it */
  int32_t stop_signal;    /* of a graceful termination; 0 is SIGTERM. Where dream.json names none, SIGTERM is
                             SIGINT when Ctrl-C is what stops the run. */
  dream_on_exit on_exit;  /* [loop] here; not NULL. Once, after the last byte of output, when nothing of its
                             tree lives */
  dream_on_output
      on_output;     /* NULL: what it writes is the run's output, with the host's care for slow readers */
  void* context;     /* of both functions */
  dream_strs relays; /* programs that pass a signal on to what they started, each as the first words of a
                        command line without folders and extensions ("npm", "deno task"): a graceful
                        termination doesn't reach them as long as something that they started lives, so that
                        this gets it once. A shell is never one */
} dream_child;

typedef struct dream_process {
  uint32_t size;

  /*
   * [loop] Starts the child and stores its number in *id. Success means that the program itself runs; when it
   * doesn't exist or can't be executed, this says so (DREAM_E_NOT_FOUND, DREAM_E_NOT_EXECUTABLE), and when
   * its run is over or none of this executor's, too (DREAM_E_STALE). Never calls on_exit or on_output before
   * it returns. `errors` may be NULL.
   */
  dream_status (*spawn)(const dream_host* host, const dream_child* child, dream_child_id* id,
                        dream_errors* errors) DREAM_NOEXCEPT;

  /* [loop] Ends the child's tree, DREAM_GRACEFUL or DREAM_FORCE. After its exit it does nothing and succeeds.
   */
  dream_status (*terminate)(const dream_host* host, dream_child_id id, uint32_t urgency,
                            dream_errors* errors) DREAM_NOEXCEPT;

  /* [loop] Its pid, for display; 0 after its exit. */
  int64_t (*pid)(const dream_host* host, dream_child_id id) DREAM_NOEXCEPT;

  /*
   * [loop] [1.1] Of a child with on_output: reads no more of this stream until it is resumed, so that the
   * child waits in its own write. What was read already may still be handed over once. The child's end comes
   * after its last byte, so it waits, too; a forced termination resumes both streams for good. After the
   * child's exit it does nothing and succeeds.
   */
  dream_status (*pause)(const dream_host* host, dream_child_id id, uint32_t stream) DREAM_NOEXCEPT;

  /* [loop] [1.1] Goes on reading; never calls on_output before it returns. */
  dream_status (*resume)(const dream_host* host, dream_child_id id, uint32_t stream) DREAM_NOEXCEPT;
} dream_process;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
