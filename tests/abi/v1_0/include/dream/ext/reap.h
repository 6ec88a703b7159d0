/*
 * Extension "dream.reap/1": to remove what a dead run of dream has left behind outside of this machine's
 * processes: containers, remote jobs. Processes that came from host/process.h never need it.
 */
#ifndef DREAM_EXT_REAP_H
#define DREAM_EXT_REAP_H

/* NOLINTBEGIN: this is C */

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DREAM_REAP_ID "dream.reap/1"

/* A run of dream that has died: killed, or crashed, before it could end its tasks. */
typedef struct dream_dead_run {
  uint32_t size;
  uint32_t limit_ms;  /* the process is killed after this time */
  dream_str session;  /* its id: dream_paths.session of that run */
  dream_str root;     /* absolute path of its workspace root; may be gone */
  dream_strs options; /* the options that its tasks with this executor had, JSON objects, each once */
} dream_dead_run;

typedef struct dream_reap {
  uint32_t size;

  /*
   * [loop] Removes everything that carries this session, and nothing else. It has a process to itself, which
   * exists for this call, and may block in it; `host` has log and paths, and calls nothing back. That nothing
   * is left is a success. After a failure or a crash it is tried again when dream is started the next time,
   * so it may find that half is done.
   */
  dream_status (*reap)(const dream_host* host, const dream_dead_run* run,
                       dream_errors* errors) DREAM_NOEXCEPT;
} dream_reap;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
