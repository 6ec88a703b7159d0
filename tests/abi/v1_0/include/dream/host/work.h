/*
 * Service "dream.work/1": a function that blocks, on a thread of the host's. For what takes a moment and then
 * is over: a look-up, a handshake, a file that is long. The host has few of these threads for all plugins
 * together, so what lasts as long as a run does is a thread of the plugin's own, with host/post.h.
 */
#ifndef DREAM_HOST_WORK_H
#define DREAM_HOST_WORK_H

/* NOLINTBEGIN: this is C */

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DREAM_WORK_ID "dream.work/1"

/* [worker] The part that blocks. It calls no [loop] function. */
typedef void (*dream_do_work)(void* context) DREAM_NOEXCEPT;

/*
 * [loop] The work is over: DREAM_OK, do_work has returned; DREAM_E_STALE, the executor is about to be
 * destroyed and do_work was never called; DREAM_E_INTERNAL, it let an exception out.
 */
typedef void (*dream_on_done)(void* context, dream_status status) DREAM_NOEXCEPT;

typedef struct dream_work {
  uint32_t size;

  /*
   * [loop] Calls do_work on another thread, at once or when one is free, and after it on_done on the loop,
   * never before this returns. on_done comes exactly once, and before the executor's destroy.
   *
   * When the executor ends, work that has not begun is given back with DREAM_E_STALE, and `stopping` turns
   * true for work that runs. The host waits two seconds for it to return. If it doesn't, the plugin is
   * reported, on_done and destroy are not called, and dream's process ends with the thread still running.
   */
  dream_status (*run)(const dream_host* host, dream_do_work do_work, dream_on_done on_done,
                      void* context) DREAM_NOEXCEPT;

  /* [any] Not 0: the executor is about to be destroyed; do_work should return soon. */
  int32_t (*stopping)(const dream_host* host) DREAM_NOEXCEPT;
} dream_work;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
