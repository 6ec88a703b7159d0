/*
 * Extension "dream.describe/1": what a start would run, for `dream plan`.
 */
#ifndef DREAM_EXT_DESCRIBE_H
#define DREAM_EXT_DESCRIBE_H

/* NOLINTBEGIN: this is C */

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DREAM_DESCRIBE_ID "dream.describe/1"

/* [loop] Takes the description. */
typedef void (*dream_on_line)(void* context, dream_str line) DREAM_NOEXCEPT;

typedef struct dream_describe {
  uint32_t size;

  /*
   * [loop] Calls on_line once with one line, an argv as a shell would show it: `npm run dev -- --port 3000`.
   * Does nothing that start would do. `task->run` is 0. A failure is the one that start would have, as far
   * as that can be known from looking.
   */
  dream_status (*describe)(dream_executor* executor, const dream_task* task, dream_on_line on_line,
                           void* context, dream_errors* errors) DREAM_NOEXCEPT;
} dream_describe;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
