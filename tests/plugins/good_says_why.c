/* No fault: an end that isn't its program's is told with a text. */
#define CHANGE_END(ending)                       \
  if (ending.kind != DREAM_EXIT_SIGNAL) {        \
    ending.value = 5;                            \
    ending.text = dream_text("no test has run"); \
  }
#include "child_parts.h"
DREAM_BAD_CHILD_ENTRY(0)
