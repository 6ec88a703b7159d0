/* Fault: reports the number of a signal as an exit code. */
#define CHANGE_END(ending) ending.kind = DREAM_EXIT_CODE
#include "child_parts.h"
DREAM_BAD_CHILD_ENTRY(0)
