/* Fault: reports success, however its program has ended. */
#define CHANGE_END(ending) (ending.kind = DREAM_EXIT_CODE, ending.value = 0)
#include "child_parts.h"
DREAM_BAD_CHILD_ENTRY(0)
