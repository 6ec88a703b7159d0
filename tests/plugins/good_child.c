/* No fault: what the bad plugins with a child have in common. */
#include "child_parts.h"
DREAM_BAD_CHILD_ENTRY(0)
