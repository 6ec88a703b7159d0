/* Fault: starts a timer for a run, and leaves it when there is no run in the end. */
#include "child_parts.h"
static void do_nothing(void* nothing) {
  (void)nothing;
}
static dream_status start_with_timer(dream_executor* executor, const dream_task* task, dream_run** run,
                                     dream_errors* errors) {
  const dream_host* host = executor->host;
  const dream_timer* timer = (const dream_timer*)host->service(host, DREAM_TIMER_ID);
  dream_timer_id id = 0;
  dream_status status;
  if (timer != NULL) timer->start(host, timer->now(host) + 1000, do_nothing, NULL, &id);
  status = start_child(executor, task, run, errors);
  if (status >= 0 && timer != NULL) timer->cancel(host, id);
  return status;
}
DREAM_BAD_CHILD_ENTRY(table.start = start_with_timer)
