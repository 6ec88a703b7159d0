/* Fault: has room for one run, and forgets it when another one comes. */
#include "good_parts.h"
/* Its runs end after a second, or when they are terminated. */
static struct dream_run the_run;
static dream_status start_the_one(dream_executor* executor, const dream_task* task, dream_run** run,
                                  dream_errors* errors) {
  if (task->command_kind > DREAM_COMMAND_ARGV) return refuse(errors, "this kind of command is not known");
  memset(&the_run, 0, sizeof the_run);
  the_run.host = executor->host;
  the_run.id = task->run;
  *run = &the_run;
  return DREAM_OK;
}
static void time_is_up(void* context) {
  dream_run* run = (dream_run*)context;
  if (run->id == 0) return;
  run->id = 0; /* it is over */
  end_with(run, 0);
}
static dream_status wait_for_it(dream_run* run, dream_on_exit on_exit, void* context) {
  const dream_timer* timer = (const dream_timer*)run->host->service(run->host, DREAM_TIMER_ID);
  dream_timer_id id = 0;
  run->on_exit = on_exit;
  run->context = context;
  if (run->id == 0)
    end_with(run, 0);
  else if (timer == NULL)
    time_is_up(run);
  else
    timer->start(run->host, timer->now(run->host) + 1000000000, time_is_up, run, &id);
  return DREAM_OK;
}
static dream_status terminate_it(dream_run* run, uint32_t urgency, dream_errors* errors) {
  const dream_status status = good_terminate(run, urgency, errors);
  if (status < 0 || run->id == 0) return status;
  run->id = 0; /* it is over */
  if (run->on_exit != NULL) end_with(run, 0);
  return DREAM_OK;
}
static dream_status status_of_it(const dream_run* run, dream_state* state) {
  state->phase = run->id == 0 ? DREAM_PHASE_EXITED : DREAM_PHASE_RUNNING;
  return DREAM_OK;
}
static void forget_it(dream_run* run) {
  (void)run;
}
DREAM_BAD_ENTRY((table.start = start_the_one, table.wait = wait_for_it, table.terminate = terminate_it,
                 table.status = status_of_it, table.release = forget_it))
