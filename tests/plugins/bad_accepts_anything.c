/* Fault: starts a kind of command that doesn't exist. */
#include "good_parts.h"
static dream_status start_anything(dream_executor* executor, const dream_task* task, dream_run** run,
                                   dream_errors* errors) {
  dream_task known = *task;
  known.command_kind = DREAM_COMMAND_NONE;
  return good_start(executor, &known, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_anything)
