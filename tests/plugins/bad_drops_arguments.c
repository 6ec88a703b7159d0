/* Fault: starts its program without the arguments of the command line. */
#include "child_parts.h"
static dream_status start_without(dream_executor* executor, const dream_task* task, dream_run** run,
                                  dream_errors* errors) {
  dream_task less = *task;
  less.arguments.count = 0;
  return start_child(executor, &less, run, errors);
}
DREAM_BAD_CHILD_ENTRY(table.start = start_without)
