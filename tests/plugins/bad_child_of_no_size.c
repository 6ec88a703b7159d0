/* Fault: leaves the size of its dream_child out. */
#define CHILD_SIZE 0
#include "child_parts.h"
DREAM_BAD_CHILD_ENTRY((void)0)
