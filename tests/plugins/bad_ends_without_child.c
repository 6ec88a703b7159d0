/* Fault: asked to end, it tells the end of the run, and leaves its child alone. */
#include "good_parts.h"
static void over_if_not_told(void* context, const dream_exit* ending);
#define CHILD_ON_EXIT over_if_not_told
#include "child_parts.h"
static void over_if_not_told(void* context, const dream_exit* ending) {
  if (!((struct child_run*)context)->over) child_is_over(context, ending);
}
static dream_status terminate_only_run(dream_run* handle, uint32_t urgency, dream_errors* errors) {
  struct child_run* run = (struct child_run*)handle;
  if (urgency > DREAM_FORCE) return refuse(errors, "this urgency is not known");
  if (run->over || handle->on_exit == NULL) return DREAM_OK;
  run->over = 1;
  end_with(handle, 0);
  return DREAM_OK;
}
DREAM_BAD_CHILD_ENTRY(table.terminate = terminate_only_run)
