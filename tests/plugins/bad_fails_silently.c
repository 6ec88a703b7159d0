/* Fault: start fails and doesn't say why. */
#include "good_parts.h"
static dream_status start_fails(dream_executor* executor, const dream_task* task, dream_run** run,
                                dream_errors* errors) {
  (void)executor, (void)task, (void)run, (void)errors;
  return DREAM_E_FAILED;
}
DREAM_BAD_ENTRY(table.start = start_fails)
