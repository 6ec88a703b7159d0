/* Fault: exports a function of its own beside the entry function. */
#include "good_parts.h"
DREAM_EXPORT int bad_helper(void);
int bad_helper(void) {
  return 0;
}
DREAM_BAD_ENTRY((void)0)
