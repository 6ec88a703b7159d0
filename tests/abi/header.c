/*
 * Compiled in every C and C++ that plugins are written in: the headers without a warning, and their layout.
 * With DREAM_FROZEN by the headers of version 1.0, whose layout has to be the one that today's still have.
 */
#ifdef __cplusplus
#define DREAM_PIN(condition, message) static_assert(condition, message)
#else
#define DREAM_PIN(condition, message) _Static_assert(condition, message)
#endif
#ifdef DREAM_FROZEN
#include "v1_0/layout.h"
#else
#include "layout.h"
#endif

/* What a plugin does with them. */
static const dream_str greeting = DREAM_STR("hello");

static int first_fault(void) {
  const dream_str again = dream_text("hello");
  dream_task task;
  memset(&task, 0, sizeof task);
  if (again.size != greeting.size || dream_text(NULL).size != 0) return 1;
  task.size = offsetof(dream_task, own_environment);
  if (!DREAM_HAS(&task, options) || DREAM_HAS(&task, own_environment)) return 2;
  task.size = sizeof task;
  return DREAM_HAS(&task, own_environment) ? 0 : 3;
}

int main(void) {
  return first_fault();
}
