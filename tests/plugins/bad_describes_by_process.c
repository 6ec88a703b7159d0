/* Fault: starts a process to describe a task. */
#include <unistd.h>

#include "good_parts.h"
static dream_status describe(dream_executor* executor, const dream_task* task, dream_on_line on_line,
                             void* context, dream_errors* errors) {
  (void)executor, (void)task, (void)errors;
  if (fork() == 0) _exit(0);
  on_line(context, dream_text("true"));
  return DREAM_OK;
}
static const void* describing(const char* id) {
  static const dream_describe extension = {sizeof(dream_describe), describe};
  return strcmp(id, DREAM_DESCRIBE_ID) == 0 ? &extension : NULL;
}
DREAM_BAD_ENTRY(table.extension = describing)
