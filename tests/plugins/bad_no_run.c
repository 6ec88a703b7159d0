/* Fault: start succeeds and gives no run. */
#include "good_parts.h"
static dream_status start_nothing(dream_executor* executor, const dream_task* task, dream_run** run,
                                  dream_errors* errors) {
  (void)executor, (void)task, (void)run, (void)errors;
  return DREAM_OK;
}
DREAM_BAD_ENTRY(table.start = start_nothing)
