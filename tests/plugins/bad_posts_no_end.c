/* Fault: its thread posts what it writes, and reports the end itself. */
#include <pthread.h>

#include "good_parts.h"
struct words {
  const dream_host* host;
  dream_run_id run;
};
static void write_them(void* context) {
  struct words* words = (struct words*)context;
  const dream_output* output = (const dream_output*)words->host->service(words->host, DREAM_OUTPUT_ID);
  if (output != NULL) (void)output->write(words->host, words->run, DREAM_STDOUT, dream_text("hello\n"));
  free(words);
}
static void* run_it(void* context) {
  dream_run* run = (dream_run*)context;
  const dream_post* post = (const dream_post*)run->host->service(run->host, DREAM_POST_ID);
  struct words* words = (struct words*)malloc(sizeof *words);
  words->host = run->host;
  words->run = run->id;
  if (post == NULL || post->call(run->host, write_them, words) < 0) free(words);
  end_with(run, 0);
  return NULL;
}
static dream_status wait_for_thread(dream_run* run, dream_on_exit on_exit, void* context) {
  pthread_t thread;
  run->on_exit = on_exit;
  run->context = context;
  if (pthread_create(&thread, NULL, run_it, run) == 0) pthread_join(thread, NULL);
  return DREAM_OK;
}
DREAM_BAD_ENTRY(table.wait = wait_for_thread)
