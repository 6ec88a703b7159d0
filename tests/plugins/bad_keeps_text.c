/* Fault: uses the task's name after start has returned. */
#include "good_parts.h"
static dream_str the_name;
static dream_status start_and_keep(dream_executor* executor, const dream_task* task, dream_run** run,
                                   dream_errors* errors) {
  the_name = task->name;
  return good_start(executor, task, run, errors);
}
static dream_status wait_and_write(dream_run* run, dream_on_exit on_exit, void* context) {
  const dream_output* output = (const dream_output*)run->host->service(run->host, DREAM_OUTPUT_ID);
  if (output != NULL) output->write(run->host, run->id, DREAM_STDOUT, the_name);
  return good_wait(run, on_exit, context);
}
DREAM_BAD_ENTRY((table.start = start_and_keep, table.wait = wait_and_write))
