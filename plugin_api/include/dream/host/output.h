/*
 * Service "dream.output/1": the bytes that a run writes, when the plugin has them in its own hands (from a
 * server, a decoded stream). The output of a child of host/process.h takes this way by itself.
 */
#ifndef DREAM_HOST_OUTPUT_H
#define DREAM_HOST_OUTPUT_H

/* NOLINTBEGIN: this is C */

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DREAM_OUTPUT_ID "dream.output/1"

/* A stream of a run. */
#define DREAM_STDOUT 1u
#define DREAM_STDERR 2u

/* [loop] There is room for more output. */
typedef void (*dream_on_writable)(void* context) DREAM_NOEXCEPT;

typedef struct dream_output {
  uint32_t size;

  /*
   * [loop] Takes all of `bytes`, in any encoding, cut anywhere: the host makes lines of them. DREAM_AGAIN:
   * taken, but the reader is slow: write nothing more before when_writable has told that there is room (stop
   * reading from where the bytes come from, so that the task slows down; children of this run that have an
   * on_output are held back by the host). Never after the run's on_exit.
   */
  dream_status (*write)(const dream_host* host, dream_run_id run, uint32_t stream,
                        dream_str bytes) DREAM_NOEXCEPT;

  /* [loop] Calls on_writable once, when there is room, never before this returns. Not at all once the run is
   * over. */
  dream_status (*when_writable)(const dream_host* host, dream_run_id run, dream_on_writable on_writable,
                                void* context) DREAM_NOEXCEPT;
} dream_output;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
