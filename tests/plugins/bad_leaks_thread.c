/* Fault: has a thread for each run, and none ends. */
#include <pthread.h>
#include <unistd.h>

#include "good_parts.h"
static void* wait_for_ever(void* nothing) {
  for (;;) pause();
  return nothing;
}
static dream_status start_a_thread(dream_executor* executor, const dream_task* task, dream_run** run,
                                   dream_errors* errors) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait_for_ever, NULL) == 0) pthread_detach(thread);
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_a_thread)
