/* Fault: starts the program of an argv without its other words. */
#include "child_parts.h"
static dream_status start_alone(dream_executor* executor, const dream_task* task, dream_run** run,
                                dream_errors* errors) {
  dream_task alone = *task;
  if (alone.command_argv.count > 1) alone.command_argv.count = 1;
  return start_child(executor, &alone, run, errors);
}
DREAM_BAD_CHILD_ENTRY(table.start = start_alone)
