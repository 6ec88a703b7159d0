/* Fault: makes 1 of every exit code that isn't 0. */
#define CHANGE_END(ending) \
  if (ending.kind == DREAM_EXIT_CODE && ending.value != 0) ending.value = 1
#include "child_parts.h"
DREAM_BAD_CHILD_ENTRY(0)
