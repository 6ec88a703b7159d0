/*
 * Extension "dream.health/1" [1.1]: to tell whether a run is healthy: by the health check of its container.
 * dream asks again and again where `health` of dream.json has `healthcheck`. Without this extension, that is
 * a configuration error.
 */
#ifndef DREAM_EXT_HEALTH_H
#define DREAM_EXT_HEALTH_H

/* NOLINTBEGIN: this is C */

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DREAM_HEALTH_ID "dream.health/1"

/*
 * One of dream_task.flags: dream will ask this run, once it is ready or, where nothing tells that, has
 * started. Where it turns out that it could never tell, its start fails: nobody asks for what can't be known.
 * Only set for a plugin that has this extension.
 */
#define DREAM_TASK_ASK_HEALTH 8u

/*
 * [any] The answer. `healthy` is 0 when the run is not healthy; `why` says then what is wrong, in one line:
 * the last words of its check. Else it is healthy, or isn't known not to be, as while its first check goes
 * on.
 */
typedef void (*dream_on_health)(void* context, uint32_t healthy, dream_str why) DREAM_NOEXCEPT;

typedef struct dream_health {
  uint32_t size;

  /*
   * [loop] Begins to find out whether the run is healthy now, and returns at once. `run` runs: it has
   * started, and its end hasn't been reported. `limit_ms`: after this time the host has no use for the
   * answer, and may ask again. Unless it fails, on_health is called once: at the earliest before this
   * returns, at the latest when the run ends; never after the run's release. A failure says that it can't be
   * found out now, which counts like one that isn't healthy.
   */
  dream_status (*ask)(dream_run* run, uint32_t limit_ms, dream_on_health on_health, void* context,
                      dream_errors* errors) DREAM_NOEXCEPT;
} dream_health;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
