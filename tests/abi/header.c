/* Compiled in every C and C++ that plugins are written in: the headers without a warning, and their layout.
 */
#ifdef __cplusplus
#define DREAM_PIN(condition, message) static_assert(condition, message)
#else
#define DREAM_PIN(condition, message) _Static_assert(condition, message)
#endif
#include "layout.h"

/* What a plugin does with them. */
static const dream_str greeting = DREAM_STR("hello");

int dream_abi_test(const dream_task* task);
int dream_abi_test(const dream_task* task) {
  const dream_str again = dream_text("hello");
  if (again.size != greeting.size || dream_text(NULL).size != 0) return 1;
  return DREAM_HAS(task, options) ? 0 : 2;
}
