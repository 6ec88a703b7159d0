/* No fault: passes on the output of its program. */
#define CHANGE_OUTPUT(stream, bytes) (void)0
#include "child_parts.h"
DREAM_BAD_CHILD_ENTRY(0)
