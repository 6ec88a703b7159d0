/* Fault: reports the end of a run as soon as one of its two children has ended. */
#include "child_parts.h"
static void nothing_more(void* context, const dream_exit* ending) {
  (void)context, (void)ending;
}
static dream_status start_two(dream_executor* executor, const dream_task* task, dream_run** run,
                              dream_errors* errors) {
  static dream_str word = DREAM_STR("cat");
  const dream_status status = start_child(executor, task, run, errors);
  struct child_run* first = (struct child_run*)*run;
  dream_child second;
  dream_child_id id = 0;
  if (status < 0) return status;
  memset(&second, 0, sizeof second);
  second.size = sizeof second;
  second.run = task->run;
  second.argv.data = &word;
  second.argv.count = 1;
  second.directory = task->directory;
  second.environment = task->environment;
  second.stop_signal = task->stop_signal;
  second.on_exit = nothing_more;
  (void)first->process->spawn(executor->host, &second, &id, NULL);
  return status;
}
DREAM_BAD_CHILD_ENTRY(table.start = start_two)
