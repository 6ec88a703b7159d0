/*
 * Service "dream.post/1": from a thread of the plugin's own to the loop, where all the other services are.
 */
#ifndef DREAM_HOST_POST_H
#define DREAM_HOST_POST_H

/* NOLINTBEGIN: this is C */

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DREAM_POST_ID "dream.post/1"

/* [loop] What was posted. */
typedef void (*dream_on_loop)(void* context) DREAM_NOEXCEPT;

typedef struct dream_post {
  uint32_t size;

  /*
   * [any] Calls on_loop once, in a later turn of the loop, after everything that this executor posted before.
   * What hasn't been called when the executor's destroy returns is dropped, so `context` is best a part of
   * the executor, which frees it in its destroy, after it has joined its threads. A run's release drops
   * nothing: what was posted for it comes after its release, too, so `context` must not be a part of the run.
   * DREAM_E_STALE: the executor is gone, nothing will be called.
   */
  dream_status (*call)(const dream_host* host, dream_on_loop on_loop, void* context) DREAM_NOEXCEPT;
} dream_post;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
