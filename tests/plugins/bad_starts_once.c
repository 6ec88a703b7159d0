/* Fault: starts one task, and then no other. */
#include "good_parts.h"
static dream_status start_once(dream_executor* executor, const dream_task* task, dream_run** run,
                               dream_errors* errors) {
  static int started = 0;
  if (task->command_kind == DREAM_COMMAND_NONE) return refuse(errors, "there is no command");
  if (started) return refuse(errors, "there was a task before");
  started = task->command_kind <= DREAM_COMMAND_ARGV;
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_once)
