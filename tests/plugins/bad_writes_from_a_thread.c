/* Fault: writes its output on a thread of its own. */
#include <pthread.h>

#include "good_parts.h"
static void* write_it(void* context) {
  dream_run* run = (dream_run*)context;
  const dream_output* output = (const dream_output*)run->host->service(run->host, DREAM_OUTPUT_ID);
  if (output != NULL) output->write(run->host, run->id, DREAM_STDOUT, dream_text("hello\n"));
  return NULL;
}
static dream_status start_and_write(dream_executor* executor, const dream_task* task, dream_run** run,
                                    dream_errors* errors) {
  const dream_status status = good_start(executor, task, run, errors);
  pthread_t thread;
  if (status >= 0 && pthread_create(&thread, NULL, write_it, *run) == 0) pthread_join(thread, NULL);
  return status;
}
DREAM_BAD_ENTRY(table.start = start_and_write)
