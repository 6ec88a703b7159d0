/* Fault: unblocks the signals that the process has blocked. */
#include <signal.h> /* NOLINT(modernize-deprecated-headers): C, too */

#include "good_parts.h"
static dream_status start_unblocked(dream_executor* executor, const dream_task* task, dream_run** run,
                                    dream_errors* errors) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_UNBLOCK, &all, NULL);
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_unblocked)
