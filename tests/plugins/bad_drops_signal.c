/* Fault: asks its program to end by SIGTERM, whatever the task says. */
#include "child_parts.h"
static dream_status start_with_another(dream_executor* executor, const dream_task* task, dream_run** run,
                                       dream_errors* errors) {
  dream_task other = *task;
  other.stop_signal = 0;
  return start_child(executor, &other, run, errors);
}
DREAM_BAD_CHILD_ENTRY(table.start = start_with_another)
