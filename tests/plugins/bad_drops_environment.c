/* Fault: gives its program no environment. */
#include "child_parts.h"
static dream_status start_bare(dream_executor* executor, const dream_task* task, dream_run** run,
                               dream_errors* errors) {
  dream_task bare = *task;
  bare.environment.count = 0;
  return start_child(executor, &bare, run, errors);
}
DREAM_BAD_CHILD_ENTRY(table.start = start_bare)
