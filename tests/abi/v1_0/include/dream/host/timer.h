/*
 * Service "dream.timer/1": the host's clock. A plugin that takes its time from here and nowhere else can be
 * tested in simulated time.
 */
#ifndef DREAM_HOST_TIMER_H
#define DREAM_HOST_TIMER_H

/* NOLINTBEGIN: this is C */

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DREAM_TIMER_ID "dream.timer/1"

/* [loop] A timer's time has come. */
typedef void (*dream_on_time)(void* context) DREAM_NOEXCEPT;

typedef struct dream_timer {
  uint32_t size;

  /* [loop] Nanoseconds on a clock that never goes back and has no meaning but its differences. */
  uint64_t (*now)(const dream_host* host) DREAM_NOEXCEPT;

  /* [loop] Calls on_time once, not before `deadline` (in the terms of now) and not before this returns. */
  dream_status (*start)(const dream_host* host, uint64_t deadline, dream_on_time on_time, void* context,
                        dream_timer_id* id) DREAM_NOEXCEPT;

  /*
   * [loop] on_time won't be called; harmless when it was. What is left when the executor is destroyed is
   * cancelled by the host.
   */
  void (*cancel)(const dream_host* host, dream_timer_id id) DREAM_NOEXCEPT;
} dream_timer;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
