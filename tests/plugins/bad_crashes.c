/* Fault: start reads where nothing is. */
#include "good_parts.h"
static volatile const dream_status* nothing_there;
static dream_status start_and_crash(dream_executor* executor, const dream_task* task, dream_run** run,
                                    dream_errors* errors) {
  (void)executor, (void)task, (void)run, (void)errors;
  return *nothing_there;
}
DREAM_BAD_ENTRY(table.start = start_and_crash)
