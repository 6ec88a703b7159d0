/* Fault: doesn't want to hear of its child's end. */
#define CHILD_ON_EXIT NULL
#include "child_parts.h"
DREAM_BAD_CHILD_ENTRY((void)child_is_over)
