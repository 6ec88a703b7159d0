/* Fault: finds a task where there is nothing. */
#include "good_parts.h"
static dream_status find_one(const dream_host* host, const dream_project* project, dream_on_found on_found,
                             void* context, dream_errors* errors) {
  dream_found_task task;
  (void)host, (void)project, (void)errors;
  memset(&task, 0, sizeof task);
  task.size = sizeof task;
  task.name = dream_text("dev");
  on_found(context, &task);
  return DREAM_OK;
}
static const void* discovery(const char* id) {
  static const dream_discover discover = {sizeof(dream_discover), find_one, NULL};
  return strcmp(id, DREAM_DISCOVER_ID) == 0 ? &discover : NULL;
}
DREAM_BAD_ENTRY(table.extension = discovery)
